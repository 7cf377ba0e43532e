/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What the probes in bpf/ and the daemon say to each other: the records of the ring, the keys of the maps. Plain C, the same layout for both; a
 * unit test holds it against the BTF of the object. A change of any layout raises TS_WIRE_VERSION.
 *
 * Every record begins with struct ts_header. Numbers are in the machine's byte order. Nothing in a record is trusted by its reader.
 */
#ifndef TOUCHSTONE_WIRE_H
#define TOUCHSTONE_WIRE_H

#ifndef __VMLINUX__
#include <linux/types.h>
#endif

#define TS_WIRE_VERSION 1

#define TS_NAME_SIZE 256   /* NAME_MAX and a NUL */
#define TS_COMM_SIZE 16
#define TS_TTY_SIZE 32
#define TS_PATH_SIZE 1024  /* of an executable's path; a longer one is cut at the front */
#define TS_ARGS_SIZE 1024  /* of a command line; a longer one is cut at the end */

enum ts_kind {
    TS_TOUCH = 1, /* struct ts_touch: a watched object is about to differ, or does */
    TS_FORK = 2,  /* struct ts_fork */
    TS_EXEC = 3,  /* struct ts_exec */
    TS_EXIT = 4,  /* struct ts_exit */
};

/* How a touch was noticed. */
enum ts_witness {
    TS_BY_CTIME = 1,      /* the inode's change time moved: before the data lands */
    TS_BY_WRITE = 2,      /* a write was permitted: before the data lands */
    TS_BY_MAPPING = 3,    /* a page of a shared mapping became writable: before the store */
    TS_BY_ATTRIBUTES = 4, /* after */
    TS_BY_NAME = 5,       /* a name was made, removed or moved: after */
};

enum ts_touch_flags {
    TS_DIRECTORY = 1,     /* the object is one */
    TS_NO_NAME = 2,       /* the kernel had no name of the object at hand (opened by handle) */
};

struct ts_header {
    __u16 version;  /* TS_WIRE_VERSION */
    __u16 kind;     /* enum ts_kind */
    __u32 size;     /* of the whole record */
    __u32 cpu;
    __u32 reserved;
    __u64 sequence; /* counts every record of this cpu, also those that found no room: a step over a number is a loss */
    __u64 time;     /* CLOCK_BOOTTIME, nanoseconds */
};

/* A kernel object by identity. `device` is the kernel's s_dev (major << 20 | minor), which is what mountinfo shows, not st_dev. */
struct ts_object {
    __u64 inode;
    __u32 device;
    __u32 reserved;
};

/* A process by identity: thread group and start of its leader. */
struct ts_process {
    __u64 start; /* CLOCK_BOOTTIME, nanoseconds */
    __u32 tgid;  /* in the daemon's pid namespace; 0 for a process outside of it */
    __u32 tid;   /* in the initial one */
};

struct ts_touch {
    struct ts_header header;
    struct ts_object object;
    __u64 parent; /* inode of the directory that `name` stands in, on the same device; 0 with TS_NO_NAME */
    struct ts_process process;
    __u32 generation;
    __u32 links;             /* when the probe ran */
    __s32 writers;           /* descriptions open for writing, writable shared mappings among them */
    __s32 writable_mappings;
    __u32 uid, euid, gid, egid; /* of the task at that moment */
    __u16 mode;
    __u8 witness;
    __u8 flags;
    __u32 reserved;
    char name[TS_NAME_SIZE]; /* ends in NUL */
};

struct ts_fork {
    struct ts_header header;
    struct ts_process parent;
    struct ts_process child;
};

/* The credentials and surroundings of a process as they are when its record is made. */
struct ts_exec {
    struct ts_header header;
    struct ts_process process;
    struct ts_process parent;
    __u64 cgroup;            /* id: the inode of the cgroup's directory */
    struct ts_object executable;
    __u32 uid, euid, gid, egid;
    __u32 login_uid, session; /* 4294967295: not set, or the kernel has no audit */
    __u32 pid_namespace, mount_namespace;
    char name[TS_COMM_SIZE];
    char tty[TS_TTY_SIZE];   /* "" when there is none */
    __u32 path_size;           /* used of `path`; 0 when it could not be read */
    __u32 args_size;           /* used of `args` */
    __u32 args_whole;          /* size of the command line before it was cut */
    __u32 path_whole;          /* 1: `path` reaches up to the root; 0: it was cut, or the file has no place in this namespace */
    char path[TS_PATH_SIZE];   /* components from the file upwards, each ending in NUL */
    char args[TS_ARGS_SIZE];   /* each ending in NUL */
};

struct ts_exit {
    struct ts_header header;
    struct ts_process process;
};

union ts_record {
    struct ts_header header;
    struct ts_touch touch;
    struct ts_fork fork;
    struct ts_exec exec;
    struct ts_exit exit;
};

/* A writable shared mapping of a file, as the walk through the memory of every process finds it. */
struct ts_mapping {
    struct ts_object object;
    __u64 parent; /* as in ts_touch; 0 when the kernel had no name at hand */
    __u32 links;
    __u32 reserved;
    char name[TS_NAME_SIZE]; /* ends in NUL */
};

/* The value of a watched object in ts_watched. */
enum ts_watch_flags {
    TS_WATCH_OBJECT = 1,  /* the object itself */
    TS_WATCH_ENTRIES = 2, /* of a directory: everything directly in it */
    TS_WATCH_OWN = 4,     /* the daemon's own: never reported */
};

/* The key of ts_seen: what has been told since the daemon last looked. */
struct ts_seen_key {
    struct ts_object object;
    __u64 start;
    __u32 tgid;
    __u32 reserved;
};

/* Known before the probes are loaded. */
struct ts_settings {
    __u32 pid_namespace; /* inode of the daemon's; 0 when it is the initial one */
};

/* Per CPU. */
struct ts_counters {
    __u64 sequence;       /* records made, lost ones among them */
    __u64 lost;           /* touches that found no room in the ring */
    __u64 lost_processes; /* other records that found none */
    __u64 repeated;       /* touches that had been told already */
    __u64 unwatched;      /* changes of objects that nobody watches */
};

#endif
