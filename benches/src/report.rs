//! Figures as a table for people and as one JSON document for programs.

use serde_json::{Value, json};

/// Named figures, in the order of the columns.
pub(crate) type Row = Vec<(&'static str, Value)>;

/// Rows of named figures.
pub(crate) struct Report {
    schema: &'static str,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// An empty report.
    pub(crate) fn new(schema: &'static str) -> Report {
        Report { schema, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row; the columns of the table are those of the first.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a sentence below the table.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints it.
    pub(crate) fn print(&self, json: bool) {
        if json {
            let object =
                |row: &Row| row.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
            let rows: Vec<serde_json::Map<String, Value>> = self.rows.iter().map(object).collect();
            println!("{}", json!({ "schema": self.schema, "rows": rows, "notes": self.notes }));
            return;
        }
        let columns: Vec<&str> = self.rows.first().into_iter().flatten().map(|(key, _)| *key).collect();
        let value =
            |row: &Row, key: &str| row.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone());
        let cells = |row: &Row| columns.iter().map(|key| cell(value(row, key).as_ref())).collect();
        let mut table: Vec<Vec<String>> = vec![columns.iter().map(|key| (*key).to_owned()).collect()];
        table.extend(self.rows.iter().map(cells));
        for row in &table {
            let padded = row.iter().enumerate().map(|(i, cell)| {
                let width = table.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max();
                format!("{cell:>0$}", width.unwrap_or(0))
            });
            println!("{}", padded.collect::<Vec<_>>().join("  "));
        }
        self.notes.iter().for_each(|note| println!("{note}"));
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_f64() => {
            let number = number.as_f64().unwrap_or(0.0);
            if number >= 100.0 { format!("{number:.0}") } else { format!("{number:.3}") }
        }
        Some(other) => other.to_string(),
    }
}
