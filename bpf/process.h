/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Processes: who begins, becomes another program, ends. The daemon so knows each before its first touch, also one that is gone a moment later.
 */
#ifndef TOUCHSTONE_PROCESS_H
#define TOUCHSTONE_PROCESS_H

#define MAX_COMPONENTS 64
#define MAX_LEVELS_SIZE 1024 /* of the numbers of a process in its pid namespaces: the kernel allows 32 of these */
#define NOT_SET 4294967295U

#define MAX_PID_LEVELS 8

/* The last member of struct pid is a variable array: no typed pointer leads into it. */
static __always_inline struct upid *number_at(struct pid *pid, __u32 level)
{
    __u64 offset = level * bpf_core_type_size(struct upid) & (MAX_LEVELS_SIZE - 1); /* bounded, or the verifier fears for the sum */
    return (void *)pid + bpf_core_field_offset(struct pid, numbers) + offset;
}

static __always_inline struct pid_namespace *namespace_at(struct pid *pid, __u32 level)
{
    struct upid *number = number_at(pid, level);
    return BPF_CORE_READ(number, ns);
}

/* As the daemon sees it in /proc, and in the events of fanotify. */
static __always_inline __u32 number_of(struct task_struct *task)
{
    if (!ts_settings.pid_namespace)
        return task->tgid;
    struct pid *pid = task->group_leader->thread_pid;
    unsigned int last = pid->level;
    for (__u32 level = 1; level < MAX_PID_LEVELS && level <= last; level++) {
        struct upid *number = number_at(pid, level);
        if (BPF_CORE_READ(number, ns, ns.inum) == ts_settings.pid_namespace)
            return BPF_CORE_READ(number, nr);
    }
    return 0;
}

static __always_inline struct ts_process process_of(struct task_struct *task)
{
    struct ts_process process = {
        .start = task->group_leader->start_boottime,
        .tgid = number_of(task),
        .tid = task->pid,
    };
    return process;
}

static __always_inline int forked(struct task_struct *parent, struct task_struct *child)
{
    if (child->pid != child->tgid) /* a thread is no new process */
        return 0;
    struct ts_fork *fork = reserve(TS_FORK, sizeof *fork);
    if (!fork)
        return 0;
    fork->parent = process_of(child->real_parent); /* with CLONE_PARENT not the caller */
    fork->child = process_of(child);
    submit(fork, false);
    return 0;
}

static __always_inline int exited(struct task_struct *task)
{
    if (task->pid != task->tgid)
        return 0;
    struct ts_exit *exit = reserve(TS_EXIT, sizeof *exit);
    if (!exit)
        return 0;
    exit->process = process_of(task);
    submit(exit, false);
    return 0;
}

static __always_inline void fill_credentials(struct ts_exec *exec, struct task_struct *task)
{
    const struct cred *cred = task->cred;
    exec->uid = cred->uid.val;
    exec->euid = cred->euid.val;
    exec->gid = cred->gid.val;
    exec->egid = cred->egid.val;
    exec->login_uid = bpf_core_field_exists(task->loginuid) ? task->loginuid.val : NOT_SET;
    exec->session = bpf_core_field_exists(task->sessionid) ? task->sessionid : NOT_SET;
}

static __always_inline void fill_surroundings(struct ts_exec *exec, struct task_struct *task)
{
    struct pid *pid = task->thread_pid;
    struct pid_namespace *pids = namespace_at(pid, pid->level);
    exec->pid_namespace = BPF_CORE_READ(pids, ns.inum);
    exec->mount_namespace = task->nsproxy->mnt_ns->ns.inum;
    exec->cgroup = bpf_get_current_cgroup_id();
    bpf_probe_read_kernel_str(exec->name, sizeof exec->name, task->comm);
    exec->tty[0] = 0;
    struct tty_struct *tty = task->signal->tty;
    if (tty)
        bpf_probe_read_kernel_str(exec->tty, sizeof exec->tty, tty->name);
}

struct place {
    struct dentry *dentry;
    struct mount *mount;
};

static __always_inline struct place place_of(struct file *file)
{
    void *vfs = file->f_path.mnt;
    struct place place = {.dentry = file->f_path.dentry, .mount = vfs - bpf_core_field_offset(struct mount, mnt)};
    return place;
}

/* The path from there upwards, over mount points, as far as there is room. The first name is the file's. What is used is kept in the record, where
 * the verifier does not follow it through every turn. Global: the verifier then does not follow what comes after from every turn's end. */
__noinline int fill_path(struct ts_exec *exec, struct place *place)
{
    if (!exec || !place)
        return 0;
    struct dentry *dentry = place->dentry;
    struct mount *mount = place->mount;
    volatile __u32 *used = &exec->path_size;
    *used = 0;
    for (int i = 0; i < MAX_COMPONENTS; i++) {
        struct dentry *top = BPF_CORE_READ(mount, mnt.mnt_root);
        if (dentry == top) {
            struct mount *above = BPF_CORE_READ(mount, mnt_parent);
            if (above == mount) {
                exec->path_whole = 1;
                break;
            }
            dentry = BPF_CORE_READ(mount, mnt_mountpoint);
            mount = above;
            continue;
        }
        struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
        if (parent == dentry)
            break;
        __u32 begin = *used;
        if (begin > TS_PATH_SIZE - TS_NAME_SIZE)
            break;
        long size = bpf_probe_read_kernel_str(&exec->path[begin & (TS_PATH_SIZE - 1)], TS_NAME_SIZE, BPF_CORE_READ(dentry, d_name.name));
        if (size <= 0)
            break;
        *used = begin + size;
        dentry = parent;
    }
    return 0;
}

static __always_inline void fill_arguments(struct ts_exec *exec, unsigned long begin, unsigned long end)
{
    unsigned long whole = end - begin;
    exec->args_whole = whole > NOT_SET ? NOT_SET : whole;
    __u64 size = whole;
    barrier_var(size); /* or the compiler checks the one and uses the other, and the verifier cannot follow */
    if (size > TS_ARGS_SIZE)
        size = TS_ARGS_SIZE;
    if (bpf_probe_read_user(exec->args, size, (void *)begin) == 0)
        exec->args_size = size;
}

static __always_inline int executed(struct task_struct *task, struct linux_binprm *program)
{
    struct ts_exec *exec = reserve(TS_EXEC, sizeof *exec);
    if (!exec)
        return 0;
    struct file *file = program->file;
    struct inode *inode = file->f_inode;
    struct place place = place_of(file);
    struct mm_struct *mm = task->mm;
    unsigned long arguments = mm->arg_start, arguments_end = mm->arg_end;
    exec->process = process_of(task);
    exec->parent = process_of(task->real_parent);
    exec->executable.inode = inode->i_ino;
    exec->executable.device = inode->i_sb->s_dev;
    exec->executable.reserved = 0;
    exec->path_whole = 0;
    exec->args_size = 0;
    fill_credentials(exec, task);
    fill_surroundings(exec, task);
    fill_path(exec, &place);
    fill_arguments(exec, arguments, arguments_end);
    submit(exec, false);
    return 0;
}

#endif
