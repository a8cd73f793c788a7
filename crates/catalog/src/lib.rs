//! The catalogue of domain events.
