//! [`Terminal`]: the program on a terminal of some width, and what the screen shows.

use std::{
    io::Read as _,
    path::Path,
    process::{Child, ExitStatus},
    time::{Duration, Instant},
};

use pty_process::{
    Size,
    blocking::{Command, Pty},
};

/// More lines than any command writes: nothing scrolls away.
const ROWS: u16 = 400;

/// When a screen that never shows what it should is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program on a terminal.
pub(crate) struct Terminal {
    pty: Pty,
    child: Child,
    screen: vt100::Parser,
}

impl Terminal {
    /// Starts the program in a folder.
    pub(crate) fn start(folder: &Path, args: &[&str], columns: u16) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(ROWS, columns)).unwrap();
        let command = Command::new(env!("CARGO_BIN_EXE_tune"))
            .arg0("tune")
            .args(args)
            .current_dir(folder)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR");
        Self {
            pty,
            child: command.spawn(pts).unwrap(),
            screen: vt100::Parser::new(ROWS, columns, 0),
        }
    }

    /// Changes the width of the terminal.
    pub(crate) fn resize(&mut self, columns: u16) {
        self.pty.resize(Size::new(ROWS, columns)).unwrap();
        self.screen.screen_mut().set_size(ROWS, columns);
    }

    /// Reads until the screen shows what it is to show; what it has then.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, shows: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let text = self.text();
            if shows(&text) {
                return text;
            }
            assert!(
                self.read() && began.elapsed() < PATIENCE,
                "it shows:\n{text}"
            );
        }
    }

    /// Reads to the end; the lines that are left on the screen, and how the program ended. No line goes on beyond the end
    /// of the screen.
    #[track_caller]
    pub(crate) fn end(mut self) -> (String, ExitStatus) {
        while self.read() {}
        let status = self.child.wait().unwrap();
        let text = self.text();
        for (row, line) in text.lines().enumerate() {
            let is_wrapped = self
                .screen
                .screen()
                .row_wrapped(u16::try_from(row).unwrap());
            assert!(!is_wrapped, "line {row}, `{line}`, is too wide:\n{text}");
        }
        (text, status)
    }

    /// The lines of the screen.
    fn text(&self) -> String {
        let screen = self.screen.screen();
        let rows = screen.rows(0, screen.size().1);
        let lines: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Reads what comes next; false if nothing will.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // A terminal whose programs are gone cannot be read any more.
        match self.pty.read(&mut bytes) {
            Ok(read @ 1..) => self.screen.process(&bytes[..read]),
            _ => return false,
        }
        true
    }
}
