//! Runs studies: the driver, evaluators, the event bus, budgets, retries and a seeded simulator.
