//! Grid, random and Sobol search, combinators and the registry of strategies.
