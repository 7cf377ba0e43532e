// Changes by io_uring, where no system call says what is done.
#include "uring.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mutation.hpp"

namespace touchstone::test {

Uring::Uring(unsigned flags) {
    parameters_.flags = flags;
    parameters_.sq_thread_idle = 100;
    fd_.reset(static_cast<int>(::syscall(SYS_io_uring_setup, 2, &parameters_)));
    if (!fd_ && errno == EPERM) errno = ENOSYS;  // switched off by the administrator
    must(static_cast<bool>(fd_), "io_uring_setup");
    submissions_size_ = parameters_.sq_off.array + parameters_.sq_entries * sizeof(std::uint32_t);
    completions_size_ = parameters_.cq_off.cqes + parameters_.cq_entries * sizeof(io_uring_cqe);
    entries_size_ = parameters_.sq_entries * sizeof(io_uring_sqe);
    const auto map = [&](std::size_t size, std::int64_t offset) {
        void* ring = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_.get(), offset);
        must(ring != MAP_FAILED, "map an io_uring");
        return ring;
    };
    submissions_ = map(submissions_size_, IORING_OFF_SQ_RING);
    completions_ = map(completions_size_, IORING_OFF_CQ_RING);
    entries_ = static_cast<io_uring_sqe*>(map(entries_size_, IORING_OFF_SQES));
}

Uring::~Uring() {
    ::munmap(submissions_, submissions_size_);
    ::munmap(completions_, completions_size_);
    ::munmap(entries_, entries_size_);
}

int Uring::run(const io_uring_sqe& request, const char* what) {
    auto* tail = at<std::uint32_t>(submissions_, parameters_.sq_off.tail);
    const auto slot = *tail & *at<std::uint32_t>(submissions_, parameters_.sq_off.ring_mask);
    entries_[slot] = request;
    at<std::uint32_t>(submissions_, parameters_.sq_off.array)[slot] = slot;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    const unsigned wake = (parameters_.flags & IORING_SETUP_SQPOLL) != 0 ? IORING_ENTER_SQ_WAKEUP : 0;
    must(::syscall(SYS_io_uring_enter, fd_.get(), 1, 1, IORING_ENTER_GETEVENTS | wake, nullptr, 0) >= 0, "io_uring_enter");
    auto* head = at<std::uint32_t>(completions_, parameters_.cq_off.head);
    const auto* cqe = at<io_uring_cqe>(completions_, parameters_.cq_off.cqes) + (*head & *at<std::uint32_t>(completions_, parameters_.cq_off.ring_mask));
    const int result = cqe->res;
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
    errno = -result;
    if (result == -EINVAL) errno = ENOSYS;  // an operation that the kernel does not know
    must(result >= 0, what);
    return result;
}

namespace {

io_uring_sqe request(std::uint8_t operation, int fd, const void* address, std::uint32_t size, std::uint64_t offset = 0) {
    io_uring_sqe sqe{};
    sqe.opcode = operation;
    sqe.fd = fd;
    sqe.addr = reinterpret_cast<std::uint64_t>(address);
    sqe.len = size;
    sqe.off = offset;
    return sqe;
}

void write_with(Uring& ring, int fd, std::uint8_t flags = 0) {
    auto sqe = request(IORING_OP_WRITE, fd, "text", 4);
    sqe.flags = flags;
    must(ring.run(sqe, "IORING_OP_WRITE") == 4, "IORING_OP_WRITE");
}

void write_fixed(Scene& scene) {
    Uring ring;
    alignas(4096) static char buffer[4096];
    iovec part{buffer, sizeof buffer};
    must(::syscall(SYS_io_uring_register, ring.fd(), IORING_REGISTER_BUFFERS, &part, 1) == 0, "register a buffer");
    const Fd fd = open_at(scene.file(), O_WRONLY);
    int number = fd.get();
    must(::syscall(SYS_io_uring_register, ring.fd(), IORING_REGISTER_FILES, &number, 1) == 0, "register a file");
    auto sqe = request(IORING_OP_WRITE_FIXED, 0, buffer, 16);
    sqe.flags = IOSQE_FIXED_FILE;
    ring.run(sqe, "IORING_OP_WRITE_FIXED");
}

void splice_with(Scene& scene) {
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    const Fd out(ends[0]), in(ends[1]), fd = open_at(scene.file(), O_WRONLY);
    must(::write(in.get(), "text", 4) == 4, "write");
    io_uring_sqe sqe{};
    sqe.opcode = IORING_OP_SPLICE;
    sqe.fd = fd.get();
    sqe.splice_fd_in = out.get();
    sqe.splice_off_in = ~0ull;
    sqe.off = 0;
    sqe.len = 4;
    Uring().run(sqe, "IORING_OP_SPLICE");
}

// Operations on names: two directories and two paths.
void with_names(std::uint8_t operation, const std::string& from, const std::string& to, std::uint32_t flags = 0) {
    io_uring_sqe sqe{};
    sqe.opcode = operation;
    sqe.fd = AT_FDCWD;
    sqe.addr = reinterpret_cast<std::uint64_t>(from.c_str());
    sqe.len = static_cast<std::uint32_t>(AT_FDCWD);
    sqe.off = to.empty() ? 0 : reinterpret_cast<std::uint64_t>(to.c_str());
    sqe.rename_flags = flags;
    Uring().run(sqe, "an operation on names");
}

}  // namespace

std::vector<Mutation> uring_mutations() {
    constexpr auto route = Group::route;
    constexpr auto file = Told::file;
    return {
        {"io_uring write", route, file, [](Scene& s) { Uring ring; write_with(ring, open_at(s.file(), O_WRONLY).get()); }},
        {"io_uring write by a worker", route, file, [](Scene& s) { Uring ring; write_with(ring, open_at(s.file(), O_WRONLY).get(), IOSQE_ASYNC); }},
        {"io_uring write by the polling thread", route, file,
         [](Scene& s) { Uring ring(IORING_SETUP_SQPOLL); write_with(ring, open_at(s.file(), O_WRONLY).get()); }},
        {"io_uring write with registered file and buffer", route, file, write_fixed},
        {"io_uring fallocate", route, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_WRONLY);
             auto sqe = request(IORING_OP_FALLOCATE, fd.get(), nullptr, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE);
             sqe.addr = 4096;  // the length
             Uring().run(sqe, "IORING_OP_FALLOCATE");
         }},
        {"io_uring ftruncate", route, file,
         [](Scene& s) {
             constexpr std::uint8_t kFtruncate = 55;  // since 6.9
             const Fd fd = open_at(s.file(), O_WRONLY);
             Uring().run(request(kFtruncate, fd.get(), nullptr, 0, 10), "IORING_OP_FTRUNCATE");
         }},
        {"io_uring splice", route, file, splice_with},
        {"io_uring open with O_TRUNC", route, file,
         [](Scene& s) {
             const auto path = s.file();
             auto sqe = request(IORING_OP_OPENAT, AT_FDCWD, path.c_str(), 0);
             sqe.open_flags = O_WRONLY | O_TRUNC;
             const Fd fd(Uring().run(sqe, "IORING_OP_OPENAT"));
         }},
        {"io_uring setxattr", Group::attributes, file,
         [](Scene& s) {
             constexpr std::uint8_t kFsetxattr = 41;  // since 5.19
             const Fd fd = open_at(s.file(), O_RDONLY);
             auto sqe = request(kFsetxattr, fd.get(), "user.uring", 1, reinterpret_cast<std::uint64_t>("v"));
             Uring().run(sqe, "IORING_OP_FSETXATTR");
         }},
        {"io_uring link", Group::names, file, [](Scene& s) { with_names(IORING_OP_LINKAT, s.file(), s.outside("link")); }},
        {"io_uring unlink", Group::names, file, [](Scene& s) {
             const auto path = s.outside("link");
             auto sqe = request(IORING_OP_UNLINKAT, AT_FDCWD, path.c_str(), 0);
             Uring().run(sqe, "IORING_OP_UNLINKAT");
         },
         [](Scene& s) {
             must(::link(s.file().c_str(), s.outside("link").c_str()) == 0, "link");
             s.watch_file = true;
         }},
        {"io_uring rename", Group::names, file, [](Scene& s) { with_names(IORING_OP_RENAMEAT, s.file(), s.tree() + "/renamed"); }},
    };
}

}  // namespace touchstone::test
