// Real file systems to act on: images on loop devices and tmpfs, gone with the object, also when a test fails. Needs root.
#pragma once

#include <cstdint>
#include <string>

namespace touchstone::test {

// An empty directory below the system's temporary directory, removed with all that is in it (never across a mount).
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// "ext4", "xfs", "btrfs" on a sparse image, or "tmpfs". Throws when it cannot be made.
class FileSystemFixture {
public:
    explicit FileSystemFixture(const std::string& type);
    ~FileSystemFixture();
    FileSystemFixture(const FileSystemFixture&) = delete;
    FileSystemFixture& operator=(const FileSystemFixture&) = delete;

    std::string path() const { return directory_.path() + "/fs"; }
    const std::string& device() const { return device_; }  // "" of tmpfs

    bool unmount();  // plainly, as an administrator would; false when it is busy
    void mount();    // again

private:
    TemporaryDirectory directory_;
    std::string type_;
    std::string device_;
    bool mounted_ = false;
};

// A mount beyond the above, undone with the object.
class BindMount {
public:
    BindMount(const std::string& from, const std::string& to);
    ~BindMount();
    BindMount(const BindMount&) = delete;
    BindMount& operator=(const BindMount&) = delete;

private:
    std::string to_;
};

// Runs a shell command; its exit status.
int shell(const std::string& command);

}  // namespace touchstone::test
