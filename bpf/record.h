/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Making records. The only place where one can be lost, and where that is counted.
 */
#ifndef TOUCHSTONE_RECORD_H
#define TOUCHSTONE_RECORD_H

static __always_inline struct ts_counters *counters(void)
{
    __u32 zero = 0;
    return bpf_map_lookup_elem(&ts_count, &zero);
}

/* A touch is worth waking the daemon for. Processes can wait for the next one, or until the ring is half full: so what nobody watches costs the
 * host no change of context. */
static __always_inline void submit(void *record, bool urgent)
{
    bool full = bpf_ringbuf_query(&ts_ring, BPF_RB_AVAIL_DATA) > bpf_ringbuf_query(&ts_ring, BPF_RB_RING_SIZE) / 2;
    bpf_ringbuf_submit(record, urgent || full ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

/* Room for a record of `size` with its header filled in, or NULL. The sequence number is used up either way. */
static __always_inline void *reserve(__u16 kind, __u32 size)
{
    struct ts_counters *count = counters();
    if (!count)
        return 0;
    /* A task that is preempted between the two lines lets another take the same number: atomics keep them apart. */
    __u64 sequence = __sync_fetch_and_add(&count->sequence, 1) + 1;
    struct ts_header *header = bpf_ringbuf_reserve(&ts_ring, size, 0);
    if (!header) {
        __sync_fetch_and_add(kind == TS_TOUCH ? &count->lost : &count->lost_processes, 1);
        return 0;
    }
    header->version = TS_WIRE_VERSION;
    header->kind = kind;
    header->size = size;
    header->cpu = bpf_get_smp_processor_id();
    header->reserved = 0;
    header->sequence = sequence;
    header->time = bpf_ktime_get_boot_ns();
    return header;
}

#endif
