/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The inode's change time moves with every change of an inode, whatever the way. The probes run before it does.
 */
#ifndef TOUCHSTONE_CTIME_H
#define TOUCHSTONE_CTIME_H

static __always_inline int ctime_moves(struct inode *inode) { return touched(inode, 0, TS_BY_CTIME); }

static __always_inline bool is_new(struct inode *inode)
{
    struct inode___6_14 *newer = (void *)inode; /* an enum there, which is no integer to CO-RE */
    return ((bpf_core_field_exists(newer->i_state) ? newer->i_state : inode->i_state) & I_NEW) != 0;
}

/* An inode that is read from disk gets its times by the same way; nobody can have changed it then. */
static __always_inline int ctime_is_set(struct inode *inode) { return is_new(inode) ? 0 : ctime_moves(inode); }

#endif
