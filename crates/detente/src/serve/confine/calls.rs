//! System calls that a node never makes: seccomp. They fail with EPERM.

use seccompiler::{BpfMap, apply_filter, compile_from_json};
use serde_json::json;

/// Starting programs; reaching into other processes; changing what the process sees of the system; ways into the
/// kernel that only special programs need.
const REFUSED: [&str; 34] = [
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "kcmp",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "kexec_load",
    "init_module",
    "finit_module",
    "delete_module",
    "open_by_handle_at",
    "swapon",
    "reboot",
    "acct",
];

/// EPERM.
const NOT_PERMITTED: u32 = 1;

/// Filters the calls of this thread and of all that it starts. Whether the kernel took the filter.
pub(super) fn filter() -> bool {
    let Ok(arch) = std::env::consts::ARCH.try_into() else { return false };
    let refused: Vec<_> = REFUSED.iter().map(|name| json!({ "syscall": name })).collect();
    let filter = json!({ "node": {
        "mismatch_action": "allow", "match_action": { "errno": NOT_PERMITTED }, "filter": refused,
    } });
    let compiled: Result<BpfMap, _> = compile_from_json(filter.to_string().as_bytes(), arch);
    compiled.is_ok_and(|map| map.get("node").is_some_and(|filter| apply_filter(filter).is_ok()))
}
