/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Names that are added, removed and moved: wherever they stand, for the object may be watched under another. All are told after the change.
 */
#ifndef TOUCHSTONE_NAMES_H
#define TOUCHSTONE_NAMES_H

static __always_inline int named(struct dentry *name) { return touched(name->d_inode, name, TS_BY_NAME); }

static __always_inline int linked(struct dentry *name, int status) { return status ? 0 : named(name); }

/* What a rename replaced keeps its name, detached from the directory. */
static __always_inline int renamed(struct renamedata *rename, int status)
{
    if (status)
        return 0;
    struct dentry *replaced = rename->new_dentry;
    if (replaced->d_inode)
        named(replaced);
    return named(rename->old_dentry);
}

#endif
