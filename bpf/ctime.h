/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The inode's change time moves with every change of an inode, whatever the way. The probes run before it does.
 */
#ifndef TOUCHSTONE_CTIME_H
#define TOUCHSTONE_CTIME_H

/* Before 6.14 the kernel does not tell what its flags are, and nothing is left out by them. */
#define STATE(flag) (bpf_core_enum_value_exists(enum inode_state_flags_t, flag) ? bpf_core_enum_value(enum inode_state_flags_t, flag) : 0)

static __always_inline bool has_state(struct inode *inode, __u64 state) { return state && (((struct inode___6_14 *)inode)->i_state & state) != 0; }

/* An inode that has lost its last name and its last opener is truncated by whoever had it open last: a reader, the daemon among them. */
static __always_inline int ctime_moves(struct inode *inode) { return has_state(inode, STATE(I_FREEING)) ? 0 : touched(inode, 0, TS_BY_CTIME); }

/* An inode that is read from disk gets its times by the same way; nobody can have changed it then. */
static __always_inline int ctime_is_set(struct inode *inode) { return has_state(inode, STATE(I_NEW)) ? 0 : ctime_moves(inode); }

#endif
