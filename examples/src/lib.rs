//! Examples of Couture, each of them a test.
