//! Tests of approvals.
