//! What must hold in every order.
