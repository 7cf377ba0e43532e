// Names that are made, removed and moved: of the watched file wherever they stand, and in the watched directory.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include <linux/fs.h>

#include "mutation.hpp"

namespace touchstone::test {
namespace {

void link_outside(Scene& scene) {
    must(::link(scene.file().c_str(), scene.outside("link").c_str()) == 0, "link");
    scene.watch_file = true;
}

void make_newcomer(Scene& scene) { open_at(scene.outside("newcomer"), O_CREAT | O_WRONLY); }

void link_outside_and_make_newcomer(Scene& scene) {
    link_outside(scene);
    make_newcomer(scene);
}

void rename_with(const std::string& from, const std::string& to, unsigned flags = 0) {
    const bool done = ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
    if (!done && errno == EINVAL) errno = EOPNOTSUPP;
    must(done, "renameat2");
}

void bind_socket(const std::string& path) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    must(::chdir(path.substr(0, path.rfind('/')).c_str()) == 0, "chdir");  // a socket's path has little room
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "socket");
    must(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
}

void link_temporary(Scene& scene) {
    const Fd fd = open_at(scene.tree(), O_TMPFILE | O_WRONLY);
    must(::linkat(fd.get(), "", AT_FDCWD, (scene.tree() + "/new").c_str(), AT_EMPTY_PATH) == 0, "linkat");
}

const Exception kNoTimeOnXfs{"timestamps xfs", Told::nothing, "xfs moves no change time; the mark of the directory tells it (fanotify)"};
const std::vector<Exception> kExchanged{kNoTimeOnXfs};
const std::vector<Exception> kExchangedOutside{{"timestamps xfs", Told::nothing, "xfs moves no change time, and nothing that is judged has changed"}};
const std::vector<Exception> kByFanotifyOnXfsToo{kNoTimeOnXfs, {"fentry", Told::nothing, "the mark of the directory tells it (fanotify)"}};
const std::vector<Exception> kByFanotify{{"fentry", Told::nothing, "the mark of the directory tells it (fanotify)"}};

}  // namespace

std::vector<Mutation> name_mutations() {
    constexpr auto names = Group::names;
    constexpr auto file = Told::file, tree = Told::tree;
    std::vector<Mutation> all{
        {"a further name outside", names, file, [](Scene& s) { must(::link(s.file().c_str(), s.outside("link").c_str()) == 0, "link"); }},
        {"a further name beside it", names, file, [](Scene& s) { must(::link(s.file().c_str(), (s.tree() + "/link").c_str()) == 0, "link"); }},
        {"a further name, by descriptor", names, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDONLY);
             must(::linkat(fd.get(), "", AT_FDCWD, s.outside("link").c_str(), AT_EMPTY_PATH) == 0, "linkat");
         }},
        {"a further name, through /proc/self/fd", names, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_RDONLY);
             must(::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd.get())).c_str(), AT_FDCWD, s.outside("link").c_str(), AT_SYMLINK_FOLLOW) == 0, "linkat");
         }},
        {"its name outside removed", names, file, [](Scene& s) { must(::unlink(s.outside("link").c_str()) == 0, "unlink"); }, link_outside},
        {"its name outside renamed", names, file, [](Scene& s) { rename_with(s.outside("link"), s.outside("renamed")); }, link_outside},
        {"its name outside replaced by another file", names, file, [](Scene& s) { rename_with(s.outside("newcomer"), s.outside("link")); },
         link_outside_and_make_newcomer},
        {"its name outside exchanged with another file", names, file,
         [](Scene& s) { rename_with(s.outside("newcomer"), s.outside("link"), RENAME_EXCHANGE); }, link_outside_and_make_newcomer,
         kExchangedOutside},
        {"unlink", names, file, [](Scene& s) { must(::unlink(s.file().c_str()) == 0, "unlink"); }},
        {"unlink, while it is open", names, file, [](Scene& s) { must(::unlink(s.file().c_str()) == 0, "unlink"); },
         [](Scene& s) { s.fds.push_back(open_at(s.file(), O_RDONLY)); }},
        {"unlink of one of two names", names, file, [](Scene& s) { must(::unlink(s.file().c_str()) == 0, "unlink"); }, link_outside},
        {"rename within the directory", names, file, [](Scene& s) { rename_with(s.file(), s.tree() + "/renamed"); }},
        {"rename over another", names, file, [](Scene& s) { rename_with(s.file(), s.other()); }},
        {"replaced by another of the directory", names, file, [](Scene& s) { rename_with(s.other(), s.file()); }},
        {"replaced by a newcomer", names, file, [](Scene& s) { rename_with(s.outside("newcomer"), s.file()); }, make_newcomer},
        {"exchanged with another of the directory", names, file, [](Scene& s) { rename_with(s.file(), s.other(), RENAME_EXCHANGE); }, {}, kExchanged},
        {"exchanged with one outside", names, file, [](Scene& s) { rename_with(s.file(), s.outside("newcomer"), RENAME_EXCHANGE); }, make_newcomer,
         kByFanotifyOnXfsToo},
        {"rename out of the directory", names, file, [](Scene& s) { rename_with(s.file(), s.outside("gone")); }, {}, kByFanotify},
        {"rename with a whiteout", names, file, [](Scene& s) { rename_with(s.file(), s.outside("gone"), RENAME_WHITEOUT); }, {}, kByFanotify},
        {"rename into the directory", names, tree, [](Scene& s) { rename_with(s.outside("newcomer"), s.tree() + "/new"); }, make_newcomer, kByFanotify},
        {"a name in the directory for a file outside", names, tree,
         [](Scene& s) { must(::link(s.outside("newcomer").c_str(), (s.tree() + "/new").c_str()) == 0, "link"); }, make_newcomer, kByFanotify},
        {"open with O_CREAT", names, tree, [](Scene& s) { open_at(s.tree() + "/new", O_CREAT | O_EXCL | O_WRONLY); }, {}, kByFanotify},
        {"mkdir", names, tree, [](Scene& s) { must(::mkdir((s.tree() + "/new").c_str(), 0755) == 0, "mkdir"); }, {}, kByFanotify},
        {"rmdir", names, tree, [](Scene& s) { must(::rmdir((s.tree() + "/sub").c_str()) == 0, "rmdir"); },
         [](Scene& s) { must(::mkdir((s.tree() + "/sub").c_str(), 0755) == 0, "mkdir"); }, kByFanotify},
        {"symlink", names, tree, [](Scene& s) { must(::symlink("/etc/passwd", (s.tree() + "/new").c_str()) == 0, "symlink"); }, {}, kByFanotify},
        {"mkfifo", names, tree, [](Scene& s) { must(::mkfifo((s.tree() + "/new").c_str(), 0600) == 0, "mkfifo"); }, {}, kByFanotify},
        {"mknod of a device", names, tree, [](Scene& s) { must(::mknod((s.tree() + "/new").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0, "mknod"); }, {}, kByFanotify},
        {"a socket bound", names, tree, [](Scene& s) { bind_socket(s.tree() + "/socket"); }, {}, kByFanotify},
        {"O_TMPFILE, then a name", names, tree, link_temporary, {}, kByFanotify},
        {"rename of the directory", names, tree, [](Scene& s) { rename_with(s.tree(), s.outside("tree")); }},
    };
    explain(all, {"xfs", "missed", "xfs moves no change time of what is exchanged, and nothing that is judged has changed: the link stays one of two, outside"},
            {"its name outside exchanged with another file"});
    return all;
}

}  // namespace touchstone::test
