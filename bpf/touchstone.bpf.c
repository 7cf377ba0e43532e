/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Every probe of touchstone. Which of them are loaded is decided by the daemon, from what the running kernel has: see src/probe.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "touchstone/wire.h"

#include "maps.h"
#include "record.h"
#include "process.h"
#include "touch.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
/* Not loaded. It puts every record into the BTF, where a unit test holds its layout against the daemon's. */
union ts_record *ts_records SEC("wire");

/* Processes, on every kernel. */
SEC("tp_btf/sched_process_fork")
int ts_on_fork(__u64 *argument) { return forked((void *)argument[0], (void *)argument[1]); }
SEC("tp_btf/sched_process_exec")
int ts_on_exec(__u64 *argument) { return executed((void *)argument[0], (void *)argument[2]); }
SEC("tp_btf/sched_process_exit")
int ts_on_exit(__u64 *argument) { return exited((void *)argument[0]); }

/* Timestamp tracepoints, since 6.13: every change of an inode moves its change time. */
SEC("tp_btf/ctime_ns_xchg")
int ts_on_ctime(__u64 *argument) { return touched((void *)argument[0], TS_BY_CTIME); }
SEC("tp_btf/ctime_xchg_skip")
int ts_on_ctime_skip(__u64 *argument) { return touched((void *)argument[0], TS_BY_CTIME); }
SEC("tp_btf/inode_set_ctime_to_ts")
int ts_on_ctime_set(__u64 *argument) { return ctime_set((void *)argument[0]); }
