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
#include "ctime.h"
#include "content.h"
#include "attributes.h"
#include "names.h"
#include "mappings.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
/* Not loaded. They put every record into the BTF, where a unit test holds its layout against the daemon's. */
union ts_record *ts_records SEC("wire");
struct ts_mapping *ts_mappings SEC("wire");

/* Processes, on every kernel. */
SEC("tp_btf/sched_process_fork")
int ts_on_fork(__u64 *argument) { return forked((void *)argument[0], (void *)argument[1]); }
SEC("tp_btf/sched_process_exec")
int ts_on_exec(__u64 *argument) { return executed((void *)argument[0], (void *)argument[2]); }
SEC("tp_btf/sched_process_exit")
int ts_on_exit(__u64 *argument) { return exited((void *)argument[0]); }

/* Timestamp tracepoints, since 6.13: every change of an inode moves its change time. */
SEC("tp_btf/ctime_ns_xchg")
int ts_on_ctime(__u64 *argument) { return ctime_moves((void *)argument[0]); }
SEC("tp_btf/ctime_xchg_skip")
int ts_on_ctime_skip(__u64 *argument) { return ctime_moves((void *)argument[0]); }
SEC("tp_btf/inode_set_ctime_to_ts")
int ts_on_ctime_set(__u64 *argument) { return ctime_is_set((void *)argument[0]); }

/* Before them, what every file system comes through. The last argument of an fexit is what the function returned. */
SEC("lsm/file_permission")
int ts_on_permission(__u64 *argument) { return access_permitted((void *)argument[0], argument[1]); }
SEC("fentry/security_file_permission")
int ts_on_write(__u64 *argument) { return access_permitted((void *)argument[0], argument[1]); }
SEC("fentry/file_modified")
int ts_on_modified(__u64 *argument) { return written_by_kernel((void *)argument[0]); }
SEC("fentry/kiocb_modified")
int ts_on_kiocb_modified(__u64 *argument) { return written_by_kernel(((struct kiocb *)argument[0])->ki_filp); }
SEC("fentry/file_update_time")
int ts_on_mapping(__u64 *argument) { return page_made_writable((void *)argument[0]); }

SEC("fexit/notify_change")
int ts_on_attributes(__u64 *argument) { return attributes_changed((void *)argument[1], argument[4]); }
SEC("fexit/__vfs_setxattr_noperm")
int ts_on_setxattr(__u64 *argument) { return attributes_changed((void *)argument[1], argument[6]); }
SEC("fexit/__vfs_removexattr_locked")
int ts_on_removexattr(__u64 *argument) { return attributes_changed((void *)argument[1], argument[4]); }
SEC("fexit/vfs_set_acl")
int ts_on_set_acl(__u64 *argument) { return attributes_changed((void *)argument[1], argument[4]); }
SEC("fexit/vfs_remove_acl")
int ts_on_remove_acl(__u64 *argument) { return attributes_changed((void *)argument[1], argument[3]); }
SEC("fexit/set_posix_acl")
int ts_on_inode_acl(__u64 *argument) { return inode_attributes_changed((void *)argument[1], argument[4]); }
SEC("fexit/vfs_fileattr_set")
int ts_on_flags(__u64 *argument) { return attributes_changed((void *)argument[1], argument[3]); }

SEC("fexit/fsverity_ioctl_enable")
int ts_on_verity(__u64 *argument) { return verity_enabled((void *)argument[0], argument[2]); }

SEC("fexit/vfs_link")
int ts_on_link(__u64 *argument) { return linked((void *)argument[3], argument[5]); }
SEC("fentry/d_delete")
int ts_on_delete(__u64 *argument) { return named((void *)argument[0]); }
SEC("fexit/vfs_rename")
int ts_on_rename(__u64 *argument) { return renamed((void *)argument[0], argument[1]); }

/* Asked for, not attached. */
SEC("iter/task_vma")
int ts_each_mapping(struct bpf_iter__task_vma *at) { return mapping_found(at); }
