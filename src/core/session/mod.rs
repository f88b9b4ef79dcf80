//! The whole walk without a terminal: session, actions, effects.
