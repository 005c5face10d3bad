//! Limits on what may be live at a time.
