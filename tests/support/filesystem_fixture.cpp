#include "filesystem_fixture.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace touchstone::test {
namespace {

constexpr std::uint64_t kImageSize = 512ull << 20;  // sparse; xfs wants 300 MB

void must(bool done, const std::string& what) {
    if (!done) throw std::runtime_error("cannot " + what);
}

std::string output_of(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    must(pipe != nullptr, command);
    std::array<char, 256> line{};
    std::string text;
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) text += line.data();
    must(::pclose(pipe) == 0, command);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string make_image(const std::string& type, const std::string& image) {
    std::ofstream(image).close();
    std::filesystem::resize_file(image, kImageSize);
    const bool verity = std::filesystem::exists("/sys/fs/ext4/features/verity");
    const std::string options = type == "ext4" ? std::string("-q -F") + (verity ? " -b 4096 -O verity,project" : "") : "-q -f";
    must(shell("mkfs." + type + " " + options + " " + image + " >/dev/null") == 0, "make a file system of type " + type);
    return output_of("losetup -f --show " + image);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "touchstone-XXXXXX";
    must(::mkdtemp(name.data()) != nullptr, "make a temporary directory");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() { shell("rm -rf --one-file-system '" + path_ + "'"); }

FileSystemFixture::FileSystemFixture(const std::string& type) : type_(type) {
    must(::mkdir(path().c_str(), 0755) == 0, "make " + path());
    if (type != "tmpfs") device_ = make_image(type, directory_.path() + "/image");
    mount();
}

FileSystemFixture::~FileSystemFixture() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
    if (!device_.empty()) shell("losetup -d " + device_);
}

void FileSystemFixture::mount() {
    const char* source = device_.empty() ? "tmpfs" : device_.c_str();
    must(::mount(source, path().c_str(), type_.c_str(), 0, nullptr) == 0, "mount " + type_);
    mounted_ = true;
}

bool FileSystemFixture::unmount() {
    if (::umount2(path().c_str(), 0) != 0) return false;
    mounted_ = false;
    return true;
}

BindMount::BindMount(const std::string& from, const std::string& to) : to_(to) {
    must(::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind " + from + " to " + to);
}

BindMount::~BindMount() { ::umount2(to_.c_str(), MNT_DETACH); }

int shell(const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace touchstone::test
