//! What each pruner decides, by exact values.

mod combined;
mod percentile;
mod threshold;
mod wilcoxon;
