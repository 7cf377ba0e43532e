// One write, by every way to come to a file or to act for another.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "mutation.hpp"
#include "support/filesystem_fixture.hpp"

namespace touchstone::test {
namespace {

void hold_open(Scene& scene) { scene.fds.push_back(open_at(scene.file(), O_RDWR)); }

void make_outside_link(Scene& scene) {
    must(::link(scene.file().c_str(), scene.outside("link").c_str()) == 0, "link");
    scene.watch_file = true;
}

// Another process holds the file open until the case is over.
void hold_open_elsewhere(Scene& scene) {
    const Fd fd = open_at(scene.file(), O_RDWR);
    const pid_t holder = ::fork();
    if (holder == 0) {
        ::pause();
        ::_exit(0);
    }
    scene.pid = holder;
    scene.fds.emplace_back(::dup(fd.get()));  // the same number tells where to look
    scene.undo.push_back([holder] {
        ::kill(holder, SIGKILL);
        ::waitpid(holder, nullptr, 0);
    });
}

void write_through_pidfd(Scene& scene) {
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, scene.pid, 0)));
    must(static_cast<bool>(process), "pidfd_open");
    for (int number = 3; number < 64; ++number) {
        const Fd fd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0)));
        struct stat theirs {}, ours {};
        must(::stat(scene.file().c_str(), &ours) == 0, "stat");
        if (fd && ::fstat(fd.get(), &theirs) == 0 && theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev) return write_at(fd.get(), "x");
    }
    throw std::runtime_error("the file is open nowhere");
}

void send_descriptor(int socket, int fd) {
    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    must(::sendmsg(socket, &message, 0) == 1, "sendmsg");
}

Fd receive_descriptor(int socket) {
    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    must(::recvmsg(socket, &message, 0) == 1, "recvmsg");
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return Fd(fd);
}

void write_by_handle(Scene& scene) {
    alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> room{};
    auto* handle = reinterpret_cast<file_handle*>(room.data());
    handle->handle_bytes = MAX_HANDLE_SZ;
    int mount = 0;
    must(::name_to_handle_at(AT_FDCWD, scene.file().c_str(), handle, &mount, 0) == 0, "name_to_handle_at");
    const Fd root = open_at(scene.home, O_RDONLY | O_DIRECTORY);
    const Fd fd(::open_by_handle_at(root.get(), handle, O_WRONLY | O_CLOEXEC));
    must(static_cast<bool>(fd), "open_by_handle_at");
    write_at(fd.get(), "x");
}

void write_through_detached_mount(Scene& scene) {
    constexpr unsigned kClone = 1;  // OPEN_TREE_CLONE
    const Fd tree(static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, scene.tree().c_str(), kClone | O_CLOEXEC)));
    must(static_cast<bool>(tree), "open_tree");
    const Fd fd(::openat(tree.get(), "file", O_WRONLY | O_CLOEXEC));
    write_at(fd.get(), "x");
}

void bind_elsewhere(Scene& scene) {
    const auto place = scene.outside("bound");
    must(::mkdir(place.c_str(), 0755) == 0, "mkdir");
    must(::mount(scene.tree().c_str(), place.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind mount");
    scene.undo.push_back([place] { ::umount2(place.c_str(), MNT_DETACH); });
}

void mount_overlay(Scene& scene, const std::string& lower, const std::string& upper) {
    for (const char* name : {"work", "merged", "empty"}) must(::mkdir(scene.outside(name).c_str(), 0755) == 0, "mkdir");
    const auto options = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + scene.outside("work");
    must(::mount("overlay", scene.outside("merged").c_str(), "overlay", 0, options.c_str()) == 0, "mount overlay");
    scene.undo.push_back([place = scene.outside("merged")] { ::umount2(place.c_str(), MNT_DETACH); });
}

void attach_loop(Scene& scene, const std::string& options) {
    const bool made = shell("losetup " + options + " -f --show '" + scene.file() + "' > '" + scene.outside("loop") + "' 2>/dev/null") == 0;
    if (!made && !options.empty()) throw Unsupported("losetup " + options);
    must(made, "losetup");
    std::string device;
    std::getline(std::ifstream(scene.outside("loop")), device);
    scene.undo.push_back([device] { shell("losetup -d " + device); });
    scene.fds.push_back(open_at(device, O_RDWR));
}

void write_to_device(Scene& scene) {
    const std::string block(4096, 'b');
    must(::pwrite(scene.fds[0].get(), block.data(), block.size(), 0) == 4096 && ::fsync(scene.fds[0].get()) == 0, "write to the loop device");
}

void account_processes(Scene& scene) {
    must(::acct(scene.file().c_str()) == 0, "acct");
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    must(::acct(nullptr) == 0, "acct");
}

void enter(int namespaces) { must(::unshare(namespaces) == 0, "unshare"); }

// The writer is the child's child.
void in_another(Scene& scene, const std::function<void()>& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        act();
        ::_exit(0);
    }
    *scene.writer = child;
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error("the child failed");
}

}  // namespace

std::vector<Mutation> route_mutations() {
    constexpr auto route = Group::route;
    constexpr auto file = Told::file;
    std::vector<Mutation> all{
        {"a descriptor opened before", route, file, [](Scene& s) { write_at(s.fds[0].get(), "x"); }, hold_open},
        {"a descriptor passed over a socket", route, file,
         [](Scene& s) { write_at(receive_descriptor(s.fds[1].get()).get(), "x"); },
         [](Scene& s) {
             int ends[2];
             must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
             s.fds.emplace_back(ends[0]);
             s.fds.emplace_back(ends[1]);
             send_descriptor(ends[0], open_at(s.file(), O_RDWR).get());
         }},
        {"a descriptor taken out of another process (pidfd_getfd)", route, file, write_through_pidfd, hold_open_elsewhere},
        {"open_by_handle_at", route, file, write_by_handle},
        {"/proc/self/fd, opened again", route, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDONLY);
             write_at(open_at("/proc/self/fd/" + std::to_string(fd.get()), O_WRONLY).get(), "x");
         }},
        {"O_PATH, opened again", route, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_PATH);
             write_at(open_at("/proc/self/fd/" + std::to_string(fd.get()), O_WRONLY).get(), "x");
         }},
        {"/proc/PID/root", route, file, [](Scene& s) { append_to("/proc/" + std::to_string(::getppid()) + "/root" + s.file()); }},
        {"a symbolic link outside", route, file, [](Scene& s) { append_to(s.outside("symlink")); },
         [](Scene& s) { must(::symlink(s.file().c_str(), s.outside("symlink").c_str()) == 0, "symlink"); }},
        {"a hard link outside", route, file, [](Scene& s) { append_to(s.outside("link")); }, make_outside_link},
        {"a bind mount", route, file, [](Scene& s) { append_to(s.outside("bound/file")); }, bind_elsewhere},
        {"a detached mount (open_tree)", route, file, write_through_detached_mount},
        {"another mount namespace", route, file,
         [](Scene& s) {
             enter(CLONE_NEWNS);
             append_to(s.file());
         }},
        {"another user namespace", route, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_WRONLY);
             enter(CLONE_NEWUSER);
             write_at(fd.get(), "x");
         }},
        {"another pid namespace", route, file,
         [](Scene& s) {
             enter(CLONE_NEWPID);
             in_another(s, [&] { append_to(s.file()); });
         }},
        {"chroot", route, file,
         [](Scene& s) {
             must(::chroot(s.tree().c_str()) == 0, "chroot");
             append_to("/file");
         }},
        {"another user", route, file,
         [](Scene& s) {
             must(::setgid(65534) == 0 && ::setuid(65534) == 0, "setuid");
             append_to(s.file());
         },
         [](Scene& s) { must(::chmod(s.file().c_str(), 0666) == 0, "chmod"); }},
        {"a thread", route, file, [](Scene& s) { std::thread([&] { append_to(s.file()); }).join(); }},
        {"a program that is run", route, file,
         [](Scene& s) {
             const auto command = "echo x >> '" + s.file() + "'";
             ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
             must(false, "exec");
         }},
        {"the upper layer of an overlay", route, file, [](Scene& s) { append_to(s.outside("merged/file")); },
         [](Scene& s) { mount_overlay(s, s.outside("empty"), s.tree()); }},
        {"the lower layer of an overlay, which stays as it is", route, Told::nothing, [](Scene& s) { append_to(s.outside("merged/file")); },
         [](Scene& s) {
             must(::mkdir(s.outside("upper").c_str(), 0755) == 0, "mkdir");
             mount_overlay(s, s.tree(), s.outside("upper"));
         }},
        {"a loop device over it", route, file, write_to_device, [](Scene& s) { attach_loop(s, ""); }, {}, Who::anybody},
        {"a loop device over it, with direct I/O", route, file, write_to_device, [](Scene& s) { attach_loop(s, "--direct-io=on"); }, {}, Who::anybody},
        {"process accounting", route, file, account_processes, {}, {}, Who::anybody},
    };
    explain(all, {"fanotify", "missed", "the kernel writes to the file below what fanotify hears of: found by comparing"},
            {"a loop device over it", "a loop device over it, with direct I/O"});
    explain(all, {"fanotify", "nobody", "the process has ended before its event is read"}, {"another pid namespace", "a program that is run"});
    return all;
}

}  // namespace touchstone::test
