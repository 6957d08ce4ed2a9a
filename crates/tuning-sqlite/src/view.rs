//! The view `trials`: what a person sees who opens the file with `sqlite3`. The journal never reads it.

use std::{collections::BTreeSet, fmt::Write as _};

use rusqlite::Connection;
use tuning_core::{Amended, StudySpec};

/// SQLite's limit is 2000 columns: what is beyond this is in the entries, but not in the view.
const MAX_COLUMNS: usize = 1500;

/// The names of the view's own columns.
const FIXED: [&str; 8] = [
    "study", "trial", "state", "seconds", "retries", "started", "tag", "failure",
];

/// What the view must know of a study.
#[derive(Debug)]
struct Shape {
    id: i64,
    objectives: Vec<String>,
    parameters: Vec<String>,
}

/// Makes the view anew, with columns for the objectives and parameters of all studies of the file.
///
/// # Errors
/// If SQLite fails.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare(
        "SELECT s.id, e.body FROM studies AS s \
         JOIN events AS e ON e.study = s.id AND e.seq = 1 AND e.kind = 'created' ORDER BY s.id",
    )?;
    let mut rows = select.query([])?;
    let mut shapes = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(1)?.as_str()?;
        // One that a newer version wrote has no columns of its own here.
        if let Ok(spec) = serde_json::from_str::<StudySpec>(body) {
            shapes.push(Shape {
                id: row.get(0)?,
                objectives: spec.objectives.iter().map(|o| o.name.clone()).collect(),
                parameters: spec
                    .space
                    .parameters()
                    .iter()
                    .map(|p| p.name().to_owned())
                    .collect(),
            });
        }
    }
    let mut select = connection
        .prepare("SELECT study, body FROM events WHERE kind = 'amended' ORDER BY study, seq")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, body): (i64, _) = (row.get(0)?, row.get_ref(1)?.as_str()?);
        let shape = shapes.iter_mut().find(|shape| shape.id == id);
        if let (Some(shape), Ok(amended)) = (shape, serde_json::from_str::<Amended>(body)) {
            let names = amended
                .space
                .parameters()
                .iter()
                .map(|p| p.name().to_owned());
            let new: Vec<String> = names
                .filter(|name| !shape.parameters.contains(name))
                .collect();
            shape.parameters.extend(new);
        }
    }
    connection.execute_batch(&definition(&shapes))
}

fn definition(shapes: &[Shape]) -> String {
    let mut columns = Columns::default();
    let objectives = union(shapes.iter().map(|shape| &shape.objectives));
    for name in &objectives {
        columns.add("objective", name, &objective(name, shapes));
    }
    for name in &union(shapes.iter().map(|shape| &shape.parameters)) {
        columns.add("param", name, &parameter(name));
    }
    // `b` is a trial's begin, `e` its end, `r` its last report. Left to itself, SQLite prefers the
    // primary key, which is a walk through the whole study for each trial.
    format!(
        "DROP VIEW IF EXISTS trials;
CREATE VIEW trials AS
SELECT s.name AS study,
  b.trial AS trial,
  CASE
    WHEN e.seq IS NULL THEN CASE
      WHEN (SELECT max(seq) FROM events INDEXED BY events_by_trial WHERE study = b.study AND trial = b.trial AND kind = 'paused')
        > (SELECT coalesce(max(seq), 0) FROM events INDEXED BY events_by_trial WHERE study = b.study AND trial = b.trial AND kind = 'resumed')
      THEN 'paused' ELSE 'running' END
    WHEN json_type(e.body, '$.outcome') = 'text' THEN json_extract(e.body, '$.outcome')
    WHEN json_type(e.body, '$.outcome.completed') IS NOT NULL THEN 'completed'
    ELSE 'failed'
  END AS state,
{columns}  (SELECT sum(json_extract(body, '$.took_micros')) FROM events INDEXED BY events_by_trial
    WHERE study = b.study AND trial = b.trial AND kind IN ('paused', 'ended')) / 1e6 AS seconds,
  (SELECT count(*) FROM events INDEXED BY events_by_trial WHERE study = b.study AND trial = b.trial AND kind = 'retried') AS retries,
  datetime(b.at_millis / 1000, 'unixepoch') AS started,
  json_extract(b.body, '$.tag') AS tag,
  replace(json_extract(e.body, '$.outcome.failed.kind'), '_', ' ')
    || coalesce(': ' || nullif(json_extract(e.body, '$.outcome.failed.reason'), ''), '') AS failure
FROM events AS b INDEXED BY events_by_trial
JOIN studies AS s ON s.id = b.study
LEFT JOIN events AS e INDEXED BY events_by_trial ON e.study = b.study AND e.trial = b.trial AND e.kind = 'ended'
LEFT JOIN events AS r ON r.study = b.study AND r.seq = (
  SELECT max(seq) FROM events INDEXED BY events_by_trial WHERE study = b.study AND trial = b.trial AND kind = 'reported')
WHERE b.kind = 'started';
",
        columns = columns.sql
    )
}

/// The columns that a study names, each with a name that no other column has.
#[derive(Default)]
struct Columns {
    sql: String,
    taken: BTreeSet<String>,
}

impl Columns {
    fn add(&mut self, what: &str, name: &str, value: &str) {
        if self.taken.len() == MAX_COLUMNS {
            return;
        }
        // SQL text ends at a NUL.
        let name = name.replace('\0', "");
        let candidates = [name.clone(), format!("{what}.{name}")].into_iter();
        let numbered = (2..).map(|n| format!("{what}.{name}.{n}"));
        let column = candidates
            .chain(numbered)
            .find(|column| self.is_free(column))
            .expect("there are more numbers than columns");
        let _ = writeln!(self.sql, "  {value} AS {},", quoted(&column, '"'));
        self.taken.insert(column.to_ascii_lowercase());
    }

    /// SQLite takes `LR` and `lr` for the same column.
    fn is_free(&self, column: &str) -> bool {
        let column = column.to_ascii_lowercase();
        !FIXED.contains(&column.as_str()) && !self.taken.contains(&column)
    }
}

/// An objective's value: the one that the trial completed with, or else that of its last report. Its
/// place among the values depends on the study.
fn objective(name: &str, shapes: &[Shape]) -> String {
    let at = |place: usize| {
        format!(
            "coalesce(json_extract(e.body, '$.outcome.completed[{place}]'), \
             json_extract(r.body, '$.values[{place}]'))"
        )
    };
    let places: Vec<_> = shapes
        .iter()
        .map(|shape| (shape.id, shape.objectives.iter().position(|o| o == name)))
        .collect();
    match places.first() {
        Some((_, Some(first))) if places.iter().all(|(_, place)| *place == Some(*first)) => {
            at(*first)
        }
        _ => {
            let mut sql = "CASE b.study".to_owned();
            for (id, place) in places {
                if let Some(place) = place {
                    let _ = write!(sql, " WHEN {id} THEN {}", at(place));
                }
            }
            sql.push_str(" END");
            sql
        }
    }
}

fn parameter(name: &str) -> String {
    if name
        .chars()
        .any(|c| c.is_control() || c == '"' || c == '\\')
    {
        // SQLite's JSON paths have no escape for these. Slower, and rare.
        let key = quoted(&name.replace('\0', ""), '\'');
        return format!("(SELECT value FROM json_each(b.body, '$.params') WHERE key = {key})");
    }
    let path = quoted(&format!("$.params.\"{name}\""), '\'');
    format!("json_extract(b.body, {path})")
}

/// SQL's only escape is to double the quote.
fn quoted(text: &str, quote: char) -> String {
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}

/// All names once, in the order in which they first occur.
fn union<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    lists
        .flatten()
        .map(String::as_str)
        .filter(|name| seen.insert(*name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn shape(id: i64, objectives: &[&str], parameters: &[&str]) -> Shape {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Shape {
            id,
            objectives: own(objectives),
            parameters: own(parameters),
        }
    }

    /// The names of the columns between `state` and `seconds`.
    fn check(shapes: &[Shape], expect: &[&str]) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema::TABLES).unwrap();
        connection.execute_batch(&definition(shapes)).unwrap();
        let select = connection.prepare("SELECT * FROM trials").unwrap();
        let names: Vec<_> = select.column_names().collect();
        assert_eq!(names[..3], FIXED[..3]);
        assert_eq!(names[3..names.len() - 5], *expect);
        assert_eq!(names[names.len() - 5..], FIXED[3..]);
    }

    #[test]
    fn columns_are_the_union_of_all_studies() {
        check(&[], &[]);
        let shapes = [
            shape(1, &["loss"], &["lr", "depth"]),
            shape(2, &["acc", "loss"], &["depth", "x"]),
        ];
        check(&shapes, &["loss", "acc", "lr", "depth", "x"]);
    }

    #[test]
    fn names_that_clash_get_a_prefix() {
        let shapes = [shape(
            1,
            &["loss", "State"],
            &["trial", "loss", "LOSS", "lr", "LR"],
        )];
        let expect = [
            "loss",
            "objective.State",
            "param.trial",
            "param.loss",
            "param.LOSS.2",
            "lr",
            "param.LR",
        ];
        check(&shapes, &expect);
    }

    #[test]
    fn names_may_hold_anything() {
        let names = [
            "a.b",
            "it's",
            "say \"hi\"",
            "back\\slash",
            "$[0]",
            "x; DROP TABLE events",
            "é ",
            "tab\t",
        ];
        check(
            &[shape(1, &["'\""], &names)],
            &[&["'\""], &names[..]].concat(),
        );
        check(&[shape(1, &["loss"], &["nul\0here"])], &["loss", "nulhere"]);
    }

    #[test]
    fn a_view_of_too_many_columns_leaves_some_out() {
        let names: Vec<_> = (0..3000).map(|n| format!("x{n}")).collect();
        let shapes = [Shape {
            id: 1,
            objectives: vec!["loss".into()],
            parameters: names,
        }];
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema::TABLES).unwrap();
        connection.execute_batch(&definition(&shapes)).unwrap();
        let select = connection.prepare("SELECT * FROM trials").unwrap();
        assert_eq!(select.column_count(), MAX_COLUMNS + FIXED.len());
    }
}
