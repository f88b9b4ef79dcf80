//! The program: hands its arguments to the application.

fn main() {}
