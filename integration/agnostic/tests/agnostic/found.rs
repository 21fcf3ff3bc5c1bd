//! What is wrong with agnostic-lite: these fail when it is cured, and docs/found.md then wants a new word.
