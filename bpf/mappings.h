/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Which files are mapped shared and writable now. Not a probe: it runs when the daemon asks, over the memory of every process.
 */
#ifndef TOUCHSTONE_MAPPINGS_H
#define TOUCHSTONE_MAPPINGS_H

/* VM_SHARED is set of files only that were opened for writing: the mapping can be made writable, if it is not. */
static __always_inline int mapping_found(struct bpf_iter__task_vma *at)
{
    struct vm_area_struct *area = at->vma;
    if (!area || !(area->vm_flags & VM_SHARED) || !area->vm_file)
        return 0;
    struct file *file = area->vm_file;
    struct inode *inode = file->f_inode;
    if ((inode->i_mode & S_IFMT) != S_IFREG)
        return 0;
    struct ts_mapping mapping = {
        .object = {.inode = inode->i_ino, .device = inode->i_sb->s_dev},
        .links = inode->i_nlink,
    };
    struct dentry *name = file->f_path.dentry, *above = name->d_parent;
    if (name->d_inode == inode && above != name) {
        mapping.parent = above->d_inode->i_ino;
        bpf_probe_read_kernel_str(mapping.name, sizeof mapping.name, name->d_name.name);
    }
    bpf_seq_write(at->meta->seq, &mapping, sizeof mapping);
    return 0;
}

#endif
