// Stores through shared mappings, which no system call tells of.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "mutation.hpp"
#include "uring.hpp"

namespace touchstone::test {
namespace {

constexpr int kReadWrite = PROT_READ | PROT_WRITE;

// The mapping stands, untouched, without a descriptor; every process of the case has it.
void map_before(Scene& scene) { scene.memory = map_shared(open_at(scene.file(), O_RDWR).get(), kReadWrite); }

// Stored to before the watch, and written back since, as syncfs() does when the watch begins.
void map_and_store_before(Scene& scene) {
    map_before(scene);
    scene.memory[0] = 'x';
    must(::syncfs(open_at(scene.home, O_RDONLY).get()) == 0, "syncfs");
}

void map_for_another(Scene& scene) {
    map_before(scene);
    const pid_t holder = ::fork();
    if (holder == 0) {
        ::pause();
        ::_exit(0);
    }
    scene.pid = holder;
    scene.undo.push_back([holder] {
        ::kill(holder, SIGKILL);
        ::waitpid(holder, nullptr, 0);
    });
}

void write_into_another(Scene& scene) {
    char text[] = "text";
    const iovec local{text, 4}, remote{scene.memory + 100, 4};
    must(::process_vm_writev(scene.pid, &local, 1, &remote, 1, 0) == 4, "process_vm_writev");
}

void poke_another(Scene& scene) {
    must(::ptrace(PTRACE_ATTACH, scene.pid, nullptr, nullptr) == 0, "PTRACE_ATTACH");
    ::waitpid(scene.pid, nullptr, 0);
    must(::ptrace(PTRACE_POKEDATA, scene.pid, scene.memory + 64, 0x7878787878787878) == 0, "PTRACE_POKEDATA");
    ::ptrace(PTRACE_DETACH, scene.pid, nullptr, nullptr);
}

void write_to_memory_file(Scene& scene) {
    const Fd fd = open_at("/proc/" + std::to_string(scene.pid) + "/mem", O_RDWR);
    write_at(fd.get(), "text", static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(scene.memory) + 10));
}

void read_directly_into(Scene& scene) {
    const Fd from = open_at(scene.outside("source"), O_RDONLY | O_DIRECT);
    must(::pread(from.get(), scene.memory, 4096, 0) == 4096, "pread O_DIRECT");
}

void make_source(Scene& scene) {
    const Fd fd = open_at(scene.outside("source"), O_CREAT | O_WRONLY);
    const std::string text(8192, 's');
    must(::write(fd.get(), text.data(), text.size()) == 8192, "write");
    must(::fsync(fd.get()) == 0, "fsync");
    map_before(scene);
}

void read_by_uring_into(Scene& scene) {
    const Fd from = open_at(scene.outside("source"), O_RDONLY);
    io_uring_sqe sqe{};
    sqe.opcode = IORING_OP_READ;
    sqe.fd = from.get();
    sqe.addr = reinterpret_cast<std::uint64_t>(scene.memory);
    sqe.len = 4096;
    sqe.flags = IOSQE_ASYNC;
    Uring().run(sqe, "IORING_OP_READ");
}

}  // namespace

std::vector<Mutation> mapping_mutations() {
    constexpr auto mapping = Group::mapping;
    constexpr auto file = Told::file;
    std::vector<Mutation> all{
        {"a store", mapping, file, [](Scene& s) { const Fd fd = open_at(s.file(), O_RDWR); map_shared(fd.get(), kReadWrite)[7] = 'x'; }},
        {"a store after the close", mapping, file, [](Scene& s) { map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite)[7] = 'x'; }},
        {"a store after a read", mapping, file,
         [](Scene& s) {
             volatile char* memory = map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite);
             const char first = memory[7];
             memory[7] = static_cast<char>(first + 1);
         },
         {}, {{"tmpfs", Told::nothing, "a page in memory is writable from the first fault on"}}},
        {"a store through a mapping made before, and inherited", mapping, file, [](Scene& s) { s.memory[7] = 'x'; }, map_before},
        {"a store to a page that was dirty before the watch, after syncfs", mapping, file, [](Scene& s) { s.memory[7] = 'y'; }, map_and_store_before},
        {"mprotect, then a store", mapping, file,
         [](Scene& s) {
             char* memory = map_shared(open_at(s.file(), O_RDWR).get(), PROT_READ);
             must(::mprotect(memory, 8192, kReadWrite) == 0, "mprotect");
             memory[7] = 'x';
         }},
        {"mremap, then a store", mapping, file,
         [](Scene& s) {
             char* memory = map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite);
             void* moved = ::mremap(memory, 8192, 16384, MREMAP_MAYMOVE);
             must(moved != MAP_FAILED, "mremap");
             static_cast<char*>(moved)[9000] = 'x';
         }},
        {"remap_file_pages, then a store", mapping, file,
         [](Scene& s) {
             char* memory = map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite);
             must(::syscall(SYS_remap_file_pages, memory, 4096, 0, 1, 0) == 0, "remap_file_pages");
             memory[7] = 'x';
         },
         {}, {{"tmpfs", Told::nothing, "a page in memory is writable from the first fault on"}}},
        {"a store through a mapping of a hard link outside", mapping, file,
         [](Scene& s) { map_shared(open_at(s.outside("link"), O_RDWR).get(), kReadWrite)[7] = 'x'; },
         [](Scene& s) {
             must(::link(s.file().c_str(), s.outside("link").c_str()) == 0, "link");
             s.watch_file = true;
         }},
        {"madvise(MADV_POPULATE_WRITE)", mapping, file,
         [](Scene& s) {
             constexpr int kPopulateWrite = 23;
             must(::madvise(map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite), 8192, kPopulateWrite) == 0, "madvise");
         }},
        {"madvise(MADV_REMOVE)", mapping, file,
         [](Scene& s) { must(::madvise(map_shared(open_at(s.file(), O_RDWR).get(), kReadWrite), 4096, MADV_REMOVE) == 0, "madvise"); }},
        {"process_vm_writev into another process", mapping, file, write_into_another, map_for_another},
        {"ptrace into another process", mapping, file, poke_another, map_for_another},
        {"/proc/PID/mem of another process", mapping, file, write_to_memory_file, map_for_another},
        {"read into a mapping", mapping, file,
         [](Scene& s) { must(::pread(open_at(s.outside("source"), O_RDONLY).get(), s.memory, 4096, 0) == 4096, "pread"); }, make_source},
        {"read with O_DIRECT into a mapping", mapping, file, read_directly_into, make_source},
        {"io_uring read into a mapping, by a worker", mapping, file, read_by_uring_into, make_source},
    };
    explain(all, {"fanotify", "missed", "fanotify tells no store: a file is looked at again as long as it is mapped, if it was opened for writing since the watch began, and who stored is not known"});
    explain(all, {"tmpfs", "missed", "a page in memory is writable from the first fault on, which was a read: nothing tells of the store, it is found by comparing"},
            {"a store after a read", "remap_file_pages, then a store"});
    return all;
}

}  // namespace touchstone::test
