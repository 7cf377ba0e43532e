/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Mode, owner, size, times; extended attributes and ACLs; inode flags and project. All are told after the change.
 */
#ifndef TOUCHSTONE_ATTRIBUTES_H
#define TOUCHSTONE_ATTRIBUTES_H

static __always_inline int attributes_changed(struct dentry *dentry, int status)
{
    return status ? 0 : touched(dentry->d_inode, dentry, TS_BY_ATTRIBUTES);
}

static __always_inline int verity_enabled(struct file *file, int status) { return attributes_changed(file->f_path.dentry, status); }

static __always_inline int inode_attributes_changed(struct inode *inode, int status)
{
    return status ? 0 : touched(inode, 0, TS_BY_ATTRIBUTES);
}

#endif
