//! `select!` with branches that are not of its form.
#![allow(unused_imports, reason = "no branch survives to use it")]

use std::future::ready;

async fn nothing() {
    seedbed::select! {}
}

async fn no_pattern() {
    seedbed::select! { ready(1) => {} }
}

async fn name_only() {
    seedbed::select! { done => {} }
}

async fn no_handler() {
    seedbed::select! { x = ready(1) }
}

async fn no_comma() {
    seedbed::select! { x = ready(1) => x y = ready(2) => y }
}

async fn condition_without_if() {
    seedbed::select! { x = ready(1), true => x }
}

async fn comparison() {
    seedbed::select! { x == ready(1) => x }
}

async fn else_in_the_middle() {
    seedbed::select! { x = ready(1) => x, else => 0, y = ready(2) => y }
}

async fn branches_of_another_macro() {
    seedbed::select! { x = ready(1) => x, complete => 0 }
    seedbed::select! { x = ready(1) => x, default => 0 }
}

fn main() {}
