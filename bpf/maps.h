/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What the probes share with the daemon. The sizes here are the least; the daemon sets the real ones before loading.
 */
#ifndef TOUCHSTONE_MAPS_H
#define TOUCHSTONE_MAPS_H

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 16);
} ts_ring SEC(".maps");

/* Written by the daemon alone: struct ts_object to enum ts_watch_flags. An object with inode 0 stands for its whole device. */
struct ts_watched {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 1);
    __type(key, struct ts_object);
    __type(value, __u32);
};

/* The place of that map: empty at first; a larger one takes the place of one that is full. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct ts_watched);
} ts_filter SEC(".maps");

/* What has been told. The daemon removes an entry before it looks; one that is pushed out costs a repeated record. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, struct ts_seen_key);
    __type(value, __u64);
} ts_seen SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct ts_counters);
} ts_count SEC(".maps");

/* Set by the daemon before loading. */
const volatile struct ts_settings ts_settings SEC(".rodata.settings") = {0};

#endif
