//! The pixels of a page.
