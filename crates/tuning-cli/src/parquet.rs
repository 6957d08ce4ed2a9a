//! [`ParquetRows`]: rows in a Parquet file, whose columns have the types of what they hold.

use std::{
    io::{self, Write},
    sync::Arc,
};

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};
use tuning_core::Literal;

use crate::columns::{Cell, Stored};

/// How many rows are kept before they are written, as one row group.
const GROUP: usize = 16_384;

/// A file that is being written.
pub(crate) struct ParquetRows<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    stored: Vec<Stored>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> ParquetRows<W> {
    /// Begins a file of these columns.
    pub(crate) fn new(out: W, columns: &[(String, Stored)]) -> io::Result<Self> {
        let fields = columns.iter().map(|(name, stored)| {
            let (physical, logical) = match stored {
                Stored::Int => (Physical::INT64, None),
                Stored::Float => (Physical::DOUBLE, None),
                Stored::Bool => (Physical::BOOLEAN, None),
                Stored::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let field = Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical);
            Ok(Arc::new(field.build()?))
        });
        let fields: Result<Vec<_>, ParquetError> = fields.collect();
        let schema = Type::group_type_builder("trials")
            .with_fields(fields.map_err(other)?)
            .build()
            .map_err(other)?;
        let properties = Arc::new(WriterProperties::builder().build());
        let writer = SerializedFileWriter::new(out, Arc::new(schema), properties);
        Ok(Self {
            writer: writer.map_err(other)?,
            stored: columns.iter().map(|(_, stored)| *stored).collect(),
            rows: Vec::new(),
        })
    }

    /// Takes a row.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        self.rows.push(cells);
        match self.rows.len() {
            GROUP => self.write().map_err(other),
            _ => Ok(()),
        }
    }

    /// Writes what is left, and the end of the file.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.write().map_err(other)?;
        }
        self.writer.into_inner().map_err(other)?.flush()
    }

    fn write(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group()?;
        for (at, stored) in self.stored.iter().enumerate() {
            let cells = || rows.iter().map(|row| &row[at]);
            match stored {
                Stored::Int => column::<_, Int64Type>(&mut group, cells().map(int))?,
                Stored::Float => column::<_, DoubleType>(&mut group, cells().map(Cell::as_f64))?,
                Stored::Bool => column::<_, BoolType>(&mut group, cells().map(boolean))?,
                Stored::Text => column::<_, ByteArrayType>(&mut group, cells().map(text))?,
            }
        }
        group.close()?;
        Ok(())
    }
}

/// Writes the next column; where there is no value, there is none in the file.
fn column<W: Write + Send, T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let missing =
        || ParquetError::General("a row has more cells than the file has columns".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn int(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Count(count) => i64::try_from(*count).ok(),
        Cell::Scalar(Literal::Int(value)) => Some(*value),
        _ => None,
    }
}

fn boolean(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Scalar(Literal::Bool(value)) => Some(*value),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Empty => None,
        cell => Some(cell.to_text().into_bytes().into()),
    }
}

fn other(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    use super::*;

    #[test]
    fn what_is_written_is_read_with_its_types_and_all_digits() {
        let columns = [
            ("trial", Stored::Int),
            ("loss", Stored::Float),
            ("on", Stored::Bool),
            ("opt", Stored::Text),
        ];
        let columns = columns.map(|(name, stored)| (name.to_owned(), stored));
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut rows = ParquetRows::new(file.reopen().unwrap(), &columns).unwrap();
        let count = GROUP as u64 + 3;
        for trial in 0..count {
            let loss = match trial {
                1 => Cell::Empty,
                _ => Cell::Scalar((0.1 + trial as f64 / 3.0).into()),
            };
            let on = Cell::Scalar((trial % 2 == 0).into());
            rows.row(vec![
                Cell::Count(trial),
                loss,
                on,
                Cell::Scalar("größe".into()),
            ])
            .unwrap();
        }
        rows.finish().unwrap();

        let reader = SerializedFileReader::new(File::open(file.path()).unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        let read: Vec<Vec<Field>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap()
                    .get_column_iter()
                    .map(|(_, field)| field.clone())
                    .collect()
            })
            .collect();
        assert_eq!(read.len() as u64, count);
        let text = Field::Str("größe".to_owned());
        assert_eq!(
            read[0],
            [Field::Long(0), Field::Double(0.1), Field::Bool(true), text]
        );
        assert_eq!(read[1][1], Field::Null);
        let last = count - 1;
        assert_eq!(
            read[last as usize][1],
            Field::Double(0.1 + last as f64 / 3.0)
        );
    }
}
