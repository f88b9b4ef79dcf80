//! The program: hands its arguments to the application.

/// Hands out memory in the static programs of a release, where musl's own allocator serves one thread at a time (docs/performance.md). The C libraries
/// of other programs do well, in less memory.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kassay::cli::main()
}
