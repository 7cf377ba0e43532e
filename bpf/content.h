/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Content that is written, and pages of shared mappings that are stored to. Both are told before the data lands.
 */
#ifndef TOUCHSTONE_CONTENT_H
#define TOUCHSTONE_CONTENT_H

/* A pipe, a socket or a terminal keeps nothing. */
static __always_inline bool keeps_content(struct inode *inode)
{
    __u16 type = inode->i_mode & S_IFMT;
    return type == S_IFREG || type == S_IFBLK;
}

static __always_inline int content_moves(struct file *file, __u8 witness)
{
    struct inode *inode = file->f_inode;
    return keeps_content(inode) ? touched(inode, file->f_path.dentry, witness) : 0;
}

/* Asked of every read, too. */
static __always_inline int access_permitted(struct file *file, int mask)
{
    return mask & MAY_WRITE ? content_moves(file, TS_BY_WRITE) : 0;
}

/* The kernel's own writes (loop devices, process accounting) ask for no permission. All others do, and are not looked at twice. */
static __always_inline int written_by_kernel(struct file *file)
{
    struct task_struct *task = bpf_get_current_task_btf();
    return task->flags & (PF_KTHREAD | PF_EXITING) ? content_moves(file, TS_BY_WRITE) : 0;
}

static __always_inline int page_made_writable(struct file *file) { return content_moves(file, TS_BY_MAPPING); }

#endif
