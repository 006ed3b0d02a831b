//! CSV out (RFC 4180), safe to open in a spreadsheet.

use std::fmt::Write;

/// One row. A cell that a spreadsheet would run as a formula gets a leading apostrophe.
pub(crate) fn row(out: &mut String, cells: &[&str]) {
    for (i, cell) in cells.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let guard = if cell.starts_with(['=', '+', '-', '@']) || cell.starts_with(char::is_control) {
            "'"
        } else {
            ""
        };
        // Writing into a string cannot fail.
        let _ = if cell.contains(['"', ',', '\n', '\r']) {
            write!(out, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""))
        } else {
            write!(out, "{comma}{guard}{cell}")
        };
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_and_formulas_guarded() {
        let mut out = String::new();
        super::row(&mut out, &["a,b", "say \"hi\"", "=1+1", "-x", "plain"]);
        assert_eq!(out, "\"a,b\",\"say \"\"hi\"\"\",'=1+1,'-x,plain\r\n");
    }
}
