// What a file holds, changed by system calls on it.
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <linux/aio_abi.h>

#include "mutation.hpp"

namespace touchstone::test {
namespace {

void allocate(Scene& scene, int mode, off_t offset, off_t size) {
    const Fd fd = open_at(scene.file(), O_RDWR);
    must(::fallocate(fd.get(), mode, offset, size) == 0, "fallocate");
}

std::array<iovec, 2> two_parts() {
    static char first[] = "one", second[] = "two";
    return {{{first, 3}, {second, 3}}};
}

void write_direct(Scene& scene) {
    const Fd fd = open_at(scene.file(), O_WRONLY | O_DIRECT);
    void* block = nullptr;
    must(::posix_memalign(&block, 4096, 4096) == 0, "memory");
    const std::unique_ptr<void, void (*)(void*)> owner(block, std::free);
    std::memset(block, 'd', 4096);
    must(::pwrite(fd.get(), block, 4096, 0) == 4096, "pwrite O_DIRECT");
}

void write_asynchronously(Scene& scene, std::uint16_t operation) {
    const Fd fd = open_at(scene.file(), O_WRONLY);
    aio_context_t context = 0;
    must(::syscall(SYS_io_setup, 1, &context) == 0, "io_setup");
    auto parts = two_parts();
    iocb request{};
    request.aio_lio_opcode = operation;
    request.aio_fildes = static_cast<std::uint32_t>(fd.get());
    request.aio_buf = reinterpret_cast<std::uint64_t>(operation == IOCB_CMD_PWRITE ? parts[0].iov_base : parts.data());
    request.aio_nbytes = operation == IOCB_CMD_PWRITE ? 3 : 2;
    iocb* requests[] = {&request};
    must(::syscall(SYS_io_submit, context, 1, requests) == 1, "io_submit");
    io_event event{};
    must(::syscall(SYS_io_getevents, context, 1, 1, &event, nullptr) == 1 && event.res > 0, "io_getevents");
    ::syscall(SYS_io_destroy, context);
}

void splice_into(Scene& scene, const std::function<void(int)>& fill) {
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    const Fd out(ends[0]), in(ends[1]);
    fill(in.get());
    const Fd fd = open_at(scene.file(), O_WRONLY);
    must(::splice(out.get(), nullptr, fd.get(), nullptr, 4, 0) == 4, "splice");
}

void clone_range(Scene& scene) {
    const Fd from = open_at(scene.outside("source"), O_RDONLY), to = open_at(scene.file(), O_WRONLY);
    file_clone_range range{};
    range.src_fd = from.get();
    range.src_length = 4096;
    must(::ioctl(to.get(), FICLONERANGE, &range) == 0, "FICLONERANGE");
}

void dedupe(Scene& scene) {
    const Fd from = open_at(scene.other(), O_RDONLY), to = open_at(scene.file(), O_RDWR);
    alignas(file_dedupe_range) std::array<char, sizeof(file_dedupe_range) + sizeof(file_dedupe_range_info)> bytes{};
    auto* range = reinterpret_cast<file_dedupe_range*>(bytes.data());
    range->src_length = 4096;
    range->dest_count = 1;
    range->info[0].dest_fd = to.get();
    must(::ioctl(from.get(), FIDEDUPERANGE, range) == 0, "FIDEDUPERANGE");
}

void make_source(Scene& scene) {
    const Fd fd = open_at(scene.outside("source"), O_CREAT | O_WRONLY);
    const std::string text(16384, 's');
    must(::write(fd.get(), text.data(), text.size()) == 16384, "write");
}

}  // namespace

std::vector<Mutation> content_mutations() {
    constexpr auto content = Group::content;
    constexpr auto file = Told::file;
    return {
        {"write", content, file, [](Scene& s) { must(::write(open_at(s.file(), O_WRONLY).get(), "x", 1) == 1, "write"); }},
        {"write, appending", content, file, [](Scene& s) { append_to(s.file()); }},
        {"pwrite", content, file, [](Scene& s) { write_at(open_at(s.file(), O_WRONLY).get(), "x", 100); }},
        {"pwrite far beyond the end", content, file, [](Scene& s) { write_at(open_at(s.file(), O_WRONLY).get(), "x", 1 << 20); }},
        {"writev", content, file, [](Scene& s) { must(::writev(open_at(s.file(), O_WRONLY).get(), two_parts().data(), 2) == 6, "writev"); }},
        {"pwritev", content, file, [](Scene& s) { must(::pwritev(open_at(s.file(), O_WRONLY).get(), two_parts().data(), 2, 9) == 6, "pwritev"); }},
        {"pwritev2 with RWF_DSYNC", content, file,
         [](Scene& s) { must(::pwritev2(open_at(s.file(), O_WRONLY).get(), two_parts().data(), 2, 9, RWF_DSYNC) == 6, "pwritev2"); }},
        {"pwritev2 with RWF_APPEND", content, file,
         [](Scene& s) { must(::pwritev2(open_at(s.file(), O_WRONLY).get(), two_parts().data(), 2, 0, RWF_APPEND) == 6, "pwritev2"); }},
        {"write with O_DIRECT", content, file, write_direct},
        {"write with O_SYNC", content, file, [](Scene& s) { write_at(open_at(s.file(), O_WRONLY | O_SYNC).get(), "x"); }},
        {"the same bytes written again", content, file, [](Scene& s) { write_at(open_at(s.file(), O_WRONLY).get(), "aaaa"); }},
        {"truncate, shorter", content, file, [](Scene& s) { must(::truncate(s.file().c_str(), 10) == 0, "truncate"); }},
        {"truncate, longer", content, file, [](Scene& s) { must(::truncate(s.file().c_str(), 99999) == 0, "truncate"); }},
        {"ftruncate", content, file, [](Scene& s) { must(::ftruncate(open_at(s.file(), O_WRONLY).get(), 10) == 0, "ftruncate"); }},
        {"open with O_TRUNC", content, file, [](Scene& s) { open_at(s.file(), O_WRONLY | O_TRUNC); }},
        {"open for reading with O_TRUNC", content, file, [](Scene& s) { open_at(s.file(), O_RDONLY | O_TRUNC); }},
        {"creat over it", content, file, [](Scene& s) { must(static_cast<bool>(Fd(::creat(s.file().c_str(), 0600))), "creat"); }},
        {"fallocate, extending", content, file, [](Scene& s) { allocate(s, 0, 16384, 16384); }},
        {"fallocate, punching a hole", content, file, [](Scene& s) { allocate(s, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096); }},
        {"fallocate, zeroing", content, file, [](Scene& s) { allocate(s, FALLOC_FL_ZERO_RANGE, 0, 4096); }},
        {"fallocate, collapsing", content, file, [](Scene& s) { allocate(s, FALLOC_FL_COLLAPSE_RANGE, 0, 4096); }},
        {"fallocate, inserting", content, file, [](Scene& s) { allocate(s, FALLOC_FL_INSERT_RANGE, 4096, 4096); }},
        {"copy_file_range", content, file,
         [](Scene& s) {
             const Fd from = open_at(s.outside("source"), O_RDONLY), to = open_at(s.file(), O_WRONLY);
             must(::copy_file_range(from.get(), nullptr, to.get(), nullptr, 4096, 0) == 4096, "copy_file_range");
         },
         make_source},
        {"sendfile", content, file,
         [](Scene& s) {
             const Fd from = open_at(s.outside("source"), O_RDONLY), to = open_at(s.file(), O_WRONLY);
             must(::sendfile(to.get(), from.get(), nullptr, 4096) == 4096, "sendfile");
         },
         make_source},
        {"splice", content, file, [](Scene& s) { splice_into(s, [](int pipe) { must(::write(pipe, "text", 4) == 4, "write"); }); }},
        {"vmsplice and splice", content, file,
         [](Scene& s) {
             static char text[] = "text";
             splice_into(s, [](int pipe) {
                 const iovec part{text, 4};
                 must(::vmsplice(pipe, &part, 1, 0) == 4, "vmsplice");
             });
         }},
        {"FICLONE", content, file,
         [](Scene& s) {
             const Fd from = open_at(s.outside("source"), O_RDONLY), to = open_at(s.file(), O_WRONLY);
             must(::ioctl(to.get(), FICLONE, from.get()) == 0, "FICLONE");
         },
         make_source},
        {"FICLONERANGE", content, file, clone_range, make_source},
        {"FIDEDUPERANGE", content, Told::nothing, dedupe, {}, {{"fentry", file, "permission to write is asked for, though the bytes stay"}}},
        {"AIO write", content, file, [](Scene& s) { write_asynchronously(s, IOCB_CMD_PWRITE); }},
        {"AIO vector write", content, file, [](Scene& s) { write_asynchronously(s, IOCB_CMD_PWRITEV); }},
    };
}

}  // namespace touchstone::test
