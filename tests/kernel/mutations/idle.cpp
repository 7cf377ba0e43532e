// Ways to have to do with a file and to change nothing.
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "mutation.hpp"
#include "uring.hpp"

namespace touchstone::test {
namespace {

void become_nobody() { must(::setgid(65534) == 0 && ::setuid(65534) == 0, "setuid"); }

void refused(int result) {
    if (result == 0) throw std::runtime_error("it was not refused");
}

void read_all(int fd) {
    std::array<char, 4096> block{};
    while (::read(fd, block.data(), block.size()) > 0) {
    }
}

void splice_out(Scene& scene) {
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
    const Fd out(ends[0]), in(ends[1]), fd = open_at(scene.file(), O_RDONLY);
    must(::splice(fd.get(), nullptr, in.get(), nullptr, 4096, 0) == 4096, "splice");
}

void read_by_uring(Scene& scene) {
    const Fd fd = open_at(scene.file(), O_RDWR);
    static char buffer[512];
    io_uring_sqe sqe{};
    sqe.opcode = IORING_OP_READ;
    sqe.fd = fd.get();
    sqe.addr = reinterpret_cast<std::uint64_t>(buffer);
    sqe.len = sizeof buffer;
    Uring().run(sqe, "IORING_OP_READ");
}

void ask_for_extents(Scene& scene) {
    const Fd fd = open_at(scene.file(), O_RDONLY);
    fiemap map{};
    map.fm_length = 16384;
    must(::ioctl(fd.get(), FS_IOC_FIEMAP, &map) == 0, "FS_IOC_FIEMAP");
}

}  // namespace

std::vector<Mutation> idle_mutations() {
    constexpr auto group = Group::nothing;
    constexpr auto none = Told::nothing;
    return {
        {"read", group, none, [](Scene& s) { read_all(open_at(s.file(), O_RDONLY).get()); }},
        {"read, of one that is open for writing", group, none, [](Scene& s) { read_all(open_at(s.file(), O_RDWR).get()); }},
        {"readv and pread", group, none,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDONLY);
             char byte = 0;
             const iovec part{&byte, 1};
             must(::readv(fd.get(), &part, 1) == 1 && ::pread(fd.get(), &byte, 1, 99) == 1, "read");
         }},
        {"read with O_DIRECT", group, none,
         [](Scene& s) {
             alignas(4096) static char block[4096];
             must(::pread(open_at(s.file(), O_RDONLY | O_DIRECT).get(), block, sizeof block, 0) == sizeof block, "pread");
         }},
        {"the access time moved by a read", group, none,
         [](Scene& s) { read_all(open_at(s.file(), O_RDONLY).get()); },
         [](Scene& s) {
             constexpr timespec old[2] = {{1000, 0}, {2000, 0}};  // relatime moves what is older than the change
             must(::utimensat(AT_FDCWD, s.file().c_str(), old, 0) == 0, "utimensat");
         }},
        {"io_uring read", group, none, read_by_uring},
        {"open for writing, and close", group, none, [](Scene& s) { open_at(s.file(), O_WRONLY); }},
        {"open with O_CREAT of what is there", group, none, [](Scene& s) { open_at(s.file(), O_WRONLY | O_CREAT); }},
        {"open with O_CREAT and O_EXCL, refused", group, none,
         [](Scene& s) { refused(::open(s.file().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) < 0 ? -1 : 0); }},
        {"O_PATH", group, none, [](Scene& s) { open_at(s.file(), O_PATH); }},
        {"a write of no bytes", group, none, [](Scene& s) { must(::write(open_at(s.file(), O_WRONLY).get(), "", 0) == 0, "write"); }, {},
         {{"fentry", Told::file, "permission is asked for before the length is looked at"}}},
        {"fsync and fdatasync", group, none,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDWR);
             must(::fsync(fd.get()) == 0 && ::fdatasync(fd.get()) == 0, "fsync");
         }},
        {"sync_file_range and syncfs", group, none,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDWR);
             must(::sync_file_range(fd.get(), 0, 0, SYNC_FILE_RANGE_WRITE) == 0 && ::syncfs(fd.get()) == 0, "syncfs");
         }},
        {"flock", group, none, [](Scene& s) { must(::flock(open_at(s.file(), O_RDWR).get(), LOCK_EX) == 0, "flock"); }},
        {"a record lock", group, none,
         [](Scene& s) {
             struct flock lock {};
             lock.l_type = F_WRLCK;
             must(::fcntl(open_at(s.file(), O_RDWR).get(), F_SETLK, &lock) == 0, "F_SETLK");
         }},
        {"a lease", group, none, [](Scene& s) { must(::fcntl(open_at(s.file(), O_RDONLY).get(), F_SETLEASE, F_RDLCK) == 0, "F_SETLEASE"); }},
        {"stat and access", group, none,
         [](Scene& s) {
             struct stat status {};
             must(::stat(s.file().c_str(), &status) == 0 && ::access(s.file().c_str(), W_OK) == 0, "stat");
         }},
        {"extended attributes, listed and read", group, none,
         [](Scene& s) {
             char value[8];
             must(::listxattr(s.file().c_str(), nullptr, 0) > 0 && ::getxattr(s.file().c_str(), "user.a", value, sizeof value) == 1, "getxattr");
         },
         [](Scene& s) { must(::setxattr(s.file().c_str(), "user.a", "v", 1, 0) == 0, "setxattr"); }},
        {"inode flags, read", group, none,
         [](Scene& s) {
             int flags = 0;
             must(::ioctl(open_at(s.file(), O_RDONLY).get(), FS_IOC_GETFLAGS, &flags) == 0, "FS_IOC_GETFLAGS");
         }},
        {"FIEMAP and SEEK_HOLE", group, none,
         [](Scene& s) {
             must(::lseek(open_at(s.file(), O_RDONLY).get(), 0, SEEK_HOLE) >= 0, "lseek");
             ask_for_extents(s);
         }},
        {"posix_fadvise and readahead", group, none,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDONLY);
             must(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0 && ::readahead(fd.get(), 0, 8192) == 0, "readahead");
         }},
        {"sendfile from it", group, none,
         [](Scene& s) {
             const Fd to = open_at(s.outside("copy"), O_CREAT | O_WRONLY);
             must(::sendfile(to.get(), open_at(s.file(), O_RDONLY).get(), nullptr, 4096) == 4096, "sendfile");
         }},
        {"copy_file_range from it", group, none,
         [](Scene& s) {
             const Fd from = open_at(s.file(), O_RDONLY), to = open_at(s.outside("copy"), O_CREAT | O_WRONLY);
             must(::copy_file_range(from.get(), nullptr, to.get(), nullptr, 4096, 0) == 4096, "copy_file_range");
         }},
        {"splice from it", group, none, splice_out},
        {"a mapping that is read", group, none,
         [](Scene& s) {
             volatile const char* memory = map_shared(open_at(s.file(), O_RDONLY).get(), PROT_READ);
             if (memory[9] != 'a') throw std::runtime_error("other bytes");
         }},
        {"a writable mapping that is only read", group, none,
         [](Scene& s) {
             volatile const char* memory = map_shared(open_at(s.file(), O_RDWR).get(), PROT_READ | PROT_WRITE);
             if (memory[9] != 'a') throw std::runtime_error("other bytes");
         }},
        {"a private mapping with stores", group, none,
         [](Scene& s) {
             void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, open_at(s.file(), O_RDWR).get(), 0);
             must(memory != MAP_FAILED, "mmap");
             static_cast<char*>(memory)[9] = 'x';
             must(::msync(memory, 4096, MS_SYNC) == 0, "msync");
         }},
        {"mlock and msync of a mapping", group, none,
         [](Scene& s) {
             char* memory = map_shared(open_at(s.file(), O_RDWR).get(), PROT_READ);
             must(::mlock(memory, 4096) == 0 && ::msync(memory, 4096, MS_SYNC) == 0, "mlock");
         }},
        {"an inotify watch", group, none,
         [](Scene& s) {
             const Fd fd(::inotify_init1(IN_CLOEXEC));
             must(::inotify_add_watch(fd.get(), s.file().c_str(), IN_ALL_EVENTS) >= 0, "inotify_add_watch");
         }},
        {"executing it", group, none,
         [](Scene& s) {
             ::execl(s.file().c_str(), "file", nullptr);
             refused(errno == ENOEXEC ? -1 : 0);
         },
         [](Scene& s) { must(::chmod(s.file().c_str(), 0755) == 0, "chmod"); }},
        {"a refused chmod, truncate, setxattr and unlink", group, none,
         [](Scene& s) {
             become_nobody();
             refused(::chmod(s.file().c_str(), 0777));
             refused(::truncate(s.file().c_str(), 0));
             refused(::setxattr(s.file().c_str(), "user.a", "v", 1, 0));
             refused(::unlink(s.file().c_str()));
         }},
        {"a link that is there already, refused", group, none, [](Scene& s) { refused(::link(s.file().c_str(), s.other().c_str())); }},
        {"O_TMPFILE that never gets a name", group, none, [](Scene& s) { write_at(open_at(s.tree(), O_TMPFILE | O_WRONLY).get(), "x"); }},
        {"the directory, listed", group, none,
         [](Scene& s) {
             for (const auto& entry : std::filesystem::directory_iterator(s.tree())) static_cast<void>(entry.is_regular_file());
         }},
        {"a write beside the directory", group, none, [](Scene& s) { write_at(open_at(s.outside("new"), O_CREAT | O_WRONLY).get(), "x"); }},
    };
}

}  // namespace touchstone::test
