//! The ask/tell machine: its orders, its replay, its rules and its budgets.

mod amended;
mod budgets;
mod failures;
mod give_up;
mod order;
mod outside;
mod replay;
mod retries;
mod rules;
mod support;
