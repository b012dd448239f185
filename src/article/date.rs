//! Dates in every Chinese form.

/// A civil day: no clock, no zone.
pub type Date = jiff::civil::Date;

/// The first date that stands in a text, in any form; `None` when there is none.
pub fn find_date(_text: &str) -> Option<Date> {
    None
}

/// A date that is the whole of a field.
pub fn parse_date(_field: &str) -> Option<Date> {
    None
}
