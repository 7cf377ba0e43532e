/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The few kernel types that the probes read, each with the members used; CO-RE finds their places on the running kernel.
 */
#ifndef TOUCHSTONE_KERNEL_H
#define TOUCHSTONE_KERNEL_H

#define __VMLINUX__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false, true };

enum bpf_map_type {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };
enum { BPF_RB_AVAIL_DATA = 0, BPF_RB_RING_SIZE = 1 };

/* <linux/fs.h>, <linux/stat.h>, <linux/kernel.h> */
#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFBLK 0060000
#define S_IFREG 0100000
#define S_ISDIR(mode) (((mode) & S_IFMT) == S_IFDIR)
#define MAY_WRITE 2
#define VM_SHARED 0x8
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { int counter; } atomic_t;
typedef struct { __u32 val; } kuid_t;
typedef struct { __u32 val; } kgid_t;

struct hlist_node { struct hlist_node *next; };
struct hlist_head { struct hlist_node *first; };

struct super_block {
    __u32 s_dev;
    unsigned long s_magic;
};
struct address_space { atomic_t i_mmap_writable; };
struct inode {
    __u16 i_mode;
    struct super_block *i_sb;
    struct address_space *i_mapping;
    unsigned long i_ino;
    unsigned int i_nlink;
    __u32 i_generation;
    struct hlist_head i_dentry;
    atomic_t i_writecount;
};
enum inode_state_flags_t { I_NEW = 1 << 0, I_FREEING = 1 << 8 }; /* since 6.14, other values from time to time */
struct inode___6_14 { enum inode_state_flags_t i_state; };
struct qstr {
    __u32 len;
    const unsigned char *name;
};
struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
    struct inode *d_inode;
    struct super_block *d_sb;
    union { struct hlist_node d_alias; } d_u;
};
struct vfsmount { struct dentry *mnt_root; };
struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};
struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};
struct file {
    struct path f_path;
    struct inode *f_inode;
};

struct renamedata { struct dentry *old_dentry, *new_dentry; };

struct kiocb { struct file *ki_filp; };

struct cred { kuid_t uid, euid; kgid_t gid, egid; };
struct ns_common { unsigned int inum; };
struct pid_namespace { struct ns_common ns; };
struct mnt_namespace { struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
struct upid {
    int nr;
    struct pid_namespace *ns;
};
struct pid {
    unsigned int level;
    struct upid numbers[1];
};
struct tty_struct { char name[64]; };
struct signal_struct { struct tty_struct *tty; };
struct mm_struct {
    unsigned long arg_start, arg_end;
    struct file *exe_file;
};
struct task_struct {
    unsigned int flags;
    int pid, tgid;
    struct task_struct *real_parent, *group_leader;
    struct pid *thread_pid;
    __u64 start_boottime;
    const struct cred *cred;
    char comm[16];
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    struct mm_struct *mm;
    kuid_t loginuid;
    unsigned int sessionid;
};
struct linux_binprm { struct file *file; };
struct timespec64;

struct vm_area_struct {
    unsigned long vm_flags;
    struct file *vm_file;
};
struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task_vma {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
    struct vm_area_struct *vma;
};

#pragma clang attribute pop

#endif
