/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * From an inode to a touch: is it watched, has it been told already, and if not, tell it.
 *
 * An object is watched when it is named in ts_watched itself, or when a directory that one of its names stands in is. So a file with one link costs no
 * entry of its own, however many there are.
 */
#ifndef TOUCHSTONE_TOUCH_H
#define TOUCHSTONE_TOUCH_H

#define MAX_ALIASES 4 /* names of one inode that are looked through; one with more is in ts_watched by itself */

struct subject {
    struct ts_object object;
    struct hlist_node *first; /* of its names that the kernel remembers */
    __u64 parent;
    struct dentry *name; /* NULL when the kernel has none at hand */
    __u32 links;
    __u16 mode;
};

static __always_inline __u32 watch_of(__u32 device, __u64 inode)
{
    struct ts_object key = {.inode = inode, .device = device};
    __u32 place = 0;
    void *watched = bpf_map_lookup_elem(&ts_filter, &place);
    if (!watched)
        return 0;
    __u32 *flags = bpf_map_lookup_elem(watched, &key);
    return flags ? *flags : 0;
}

static __always_inline struct dentry *dentry_of(struct hlist_node *alias)
{
    return alias ? (struct dentry *)((void *)alias - bpf_core_field_offset(struct dentry, d_u.d_alias)) : 0;
}

/* A name of the object: kept when its directory is watched, or when there is none better. */
static __always_inline bool offer_name(struct subject *subject, struct dentry *name, __u64 parent)
{
    bool watched = (watch_of(subject->object.device, parent) & TS_WATCH_ENTRIES) != 0;
    if (watched || !subject->name) {
        subject->name = name;
        subject->parent = parent;
    }
    return watched;
}

/* The names that the kernel remembers, until one's directory is watched. Global: the verifier follows it once, and not on every way that leads here. */
__noinline int find_name(struct subject *subject)
{
    if (!subject)
        return false;
    struct hlist_node *alias = subject->first;
    for (int i = 0; i < MAX_ALIASES && alias; i++) {
        struct dentry *name = dentry_of(alias);
        struct dentry *above = BPF_CORE_READ(name, d_parent);
        alias = BPF_CORE_READ(alias, next);
        if (above == name) /* a root, or opened by handle and connected to nothing */
            continue;
        if (offer_name(subject, name, BPF_CORE_READ(above, d_inode, i_ino)))
            return true;
        if (subject->links < 2)
            break;
    }
    return false;
}

/* `at` is the name by which the object is reached, NULL when the probe knows of none. */
static __always_inline bool is_placed(struct inode *inode, struct dentry *at, struct subject *subject)
{
    /* Below overlayfs a file has the path of one inode and is another. */
    if (at && at->d_inode == inode && at->d_parent != at) {
        if (offer_name(subject, at, at->d_parent->d_inode->i_ino))
            return true;
        if (subject->links < 2)
            return false;
    }
    return find_name(subject);
}

static __always_inline bool is_watched(struct inode *inode, struct dentry *at, struct subject *subject)
{
    __u32 flags = watch_of(subject->object.device, subject->object.inode);
    if (flags & TS_WATCH_OWN)
        return false;
    if (is_placed(inode, at, subject) || (flags & TS_WATCH_OBJECT))
        return true;
    /* A file that was opened by its handle has no name here, but a dentry, unlike one that is just being made; on a watched device the daemon looks
     * its names up. */
    return !subject->name && subject->first && subject->links && !S_ISDIR(subject->mode) && watch_of(subject->object.device, 0);
}

/* True when this is the first touch of the object by this process since the daemon has looked. */
static __always_inline bool is_first(const struct subject *subject, const struct ts_process *who)
{
    struct ts_seen_key key = {.object = subject->object, .start = who->start, .tgid = who->tgid};
    if (bpf_map_lookup_elem(&ts_seen, &key)) /* cheaper than an update that fails */
        return false;
    __u64 now = bpf_ktime_get_boot_ns();
    return bpf_map_update_elem(&ts_seen, &key, &now, BPF_NOEXIST) == 0;
}

static __always_inline void forget(const struct subject *subject, const struct ts_process *who)
{
    struct ts_seen_key key = {.object = subject->object, .start = who->start, .tgid = who->tgid};
    bpf_map_delete_elem(&ts_seen, &key);
}

static __always_inline void fill_name(struct ts_touch *touch, const struct subject *subject)
{
    touch->parent = subject->parent;
    touch->name[0] = 0;
    struct dentry *name = subject->name;
    if (name)
        bpf_probe_read_kernel_str(touch->name, sizeof touch->name, BPF_CORE_READ(name, d_name.name));
    else
        touch->flags |= TS_NO_NAME;
}

static __always_inline int touched(struct inode *inode, struct dentry *at, __u8 witness)
{
    struct subject subject = {
        .object = {.inode = inode->i_ino, .device = inode->i_sb->s_dev},
        .first = inode->i_dentry.first,
        .links = inode->i_nlink,
        .mode = inode->i_mode,
    };
    struct ts_counters *count = counters();
    if (!count)
        return 0;
    if (!is_watched(inode, at, &subject)) {
        count->unwatched++;
        return 0;
    }
    struct task_struct *task = bpf_get_current_task_btf();
    struct ts_process who = process_of(task);
    if (!is_first(&subject, &who)) {
        count->repeated++;
        return 0;
    }
    const struct cred *cred = task->cred;
    struct ts_touch *touch = reserve(TS_TOUCH, sizeof *touch);
    if (!touch) {
        forget(&subject, &who);
        return 0;
    }
    touch->object = subject.object;
    touch->process = who;
    touch->generation = inode->i_generation;
    touch->links = subject.links;
    touch->writers = inode->i_writecount.counter;
    touch->writable_mappings = inode->i_mapping->i_mmap_writable.counter;
    touch->uid = cred->uid.val;
    touch->euid = cred->euid.val;
    touch->gid = cred->gid.val;
    touch->egid = cred->egid.val;
    touch->mode = subject.mode;
    touch->witness = witness;
    touch->flags = S_ISDIR(subject.mode) ? TS_DIRECTORY : 0;
    touch->reserved = 0;
    fill_name(touch, &subject);
    submit(touch, true);
    return 0;
}

#endif
