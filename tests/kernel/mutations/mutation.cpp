#include "mutation.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace touchstone::test {

const char* name_of(Group group) {
    switch (group) {
        case Group::content: return "content";
        case Group::route: return "routes";
        case Group::mapping: return "mappings";
        case Group::attributes: return "attributes";
        case Group::names: return "names";
        case Group::nothing: return "nothing";
    }
    return "";
}

void explain(std::vector<Mutation>& mutations, const Hole& hole, const std::vector<std::string>& names) {
    for (auto& mutation : mutations)
        if (names.empty() || std::find(names.begin(), names.end(), mutation.name) != names.end()) mutation.holes.push_back(hole);
    for (const auto& name : names)
        if (std::none_of(mutations.begin(), mutations.end(), [&](const auto& each) { return each.name == name; })) throw std::runtime_error("no case " + name);
}

std::vector<Mutation> mutations() {
    std::vector<Mutation> all;
    for (auto* part : {content_mutations, route_mutations, uring_mutations, mapping_mutations, attribute_mutations, name_mutations, idle_mutations})
        for (auto& mutation : part()) all.push_back(std::move(mutation));
    return all;
}

void lay_out(Scene& scene) {
    std::filesystem::create_directories(scene.tree());
    std::filesystem::create_directories(scene.outside());
    for (const auto& path : {scene.file(), scene.other()}) {
        const Fd fd = open_at(path, O_CREAT | O_RDWR);
        const std::string content(16384, 'a');
        must(::write(fd.get(), content.data(), content.size()) == 16384 && ::fsync(fd.get()) == 0, "make a file");
    }
    void* shared = ::mmap(nullptr, sizeof(std::int32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(shared != MAP_FAILED, "mmap");
    scene.writer = static_cast<std::int32_t*>(shared);
}

void clear(Scene& scene) {
    for (auto undo = scene.undo.rbegin(); undo != scene.undo.rend(); ++undo) (*undo)();
    scene.undo.clear();
    scene.fds.clear();
    if (scene.memory != nullptr) ::munmap(scene.memory, 8192);
    if (scene.writer != nullptr) ::munmap(scene.writer, sizeof(std::int32_t));
    std::error_code ignored;
    std::filesystem::remove_all(scene.home, ignored);
}

void must(bool done, const char* what) {
    if (done) return;
    const int code = errno;
    const std::string text = std::string(what) + ": " + std::strerror(code);
    if (code == ENOSYS || code == EOPNOTSUPP || code == ENOTTY) throw Unsupported(text);
    throw std::runtime_error(text);
}

Fd open_at(const std::string& path, int flags) {
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
    if (!fd && errno == EINVAL && (flags & O_DIRECT) != 0) errno = EOPNOTSUPP;
    must(static_cast<bool>(fd), "open");
    return fd;
}

void write_at(int fd, const char* text, std::int64_t offset) {
    const auto size = std::strlen(text);
    must(::pwrite(fd, text, size, offset) == static_cast<ssize_t>(size), "pwrite");
}

void append_to(const std::string& path) {
    const Fd fd = open_at(path, O_WRONLY | O_APPEND);
    must(::write(fd.get(), "x", 1) == 1, "write");
}

char* map_shared(int fd, int protection) {
    void* memory = ::mmap(nullptr, 8192, protection, MAP_SHARED, fd, 0);
    must(memory != MAP_FAILED, "mmap");
    return static_cast<char*>(memory);
}

}  // namespace touchstone::test
