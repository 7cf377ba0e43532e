// A running FanotifySource and what it said, for one act at a time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "touchstone/source.hpp"

namespace touchstone::test {

class Recorder final : public TouchReceiver {
public:
    void touch(Touch touch) override;
    void gap(Gap gap) override;
    void sweep(SweepRequest request) override;
    void clear();

    // Copies: sweep threads may still speak.
    std::vector<Touch> touches() const;
    std::vector<Gap> gaps() const;
    std::vector<SweepRequest> sweeps() const;

    bool touched(const std::string& path, Act act) const;
    bool touched(const std::string& path) const;
    bool moved(const std::string& from, const std::string& to) const;
    bool swept(const std::string& scope) const;
    std::string text() const;  // everything, for INFO

private:
    mutable std::mutex mutex_;
    std::vector<Touch> touches_;
    std::vector<Gap> gaps_;
    std::vector<SweepRequest> sweeps_;
};

class WatchedGround {
public:
    struct Setup {
        FanotifyMarks marks = FanotifyMarks::automatic;
        bool limited_queue = false;
        std::vector<std::string> own_paths;
        std::vector<std::string> exclude;
        bool names_of = true;
        bool learn = true;  // walk the watch once, as the boot sweep does
    };
    explicit WatchedGround(std::vector<std::string> watches) : WatchedGround(std::move(watches), Setup{}) {}
    WatchedGround(std::vector<std::string> watches, Setup setup);

    FanotifySource& source() { return *source_; }
    const Recorder& said() const { return recorder_; }

    // What was done until now has been heard.
    void listen();
    void forget() { recorder_.clear(); }
    // What a sweep does for the source: enters every directory and every file of several names at or below `path`.
    void learn(const std::string& path);

private:
    std::vector<std::string> names_of(ObjectId id) const;
    bool take(const std::string& path, int fd);

    std::vector<std::string> watches_;
    std::shared_ptr<const Policy> policy_;
    Recorder recorder_;
    ProcessTable processes_;
    std::unique_ptr<FanotifySource> source_;
};

void need_root();  // fails the test otherwise

// Small acts, by system call.
void make_directory(const std::string& path);
void write_file(const std::string& path, const std::string& text = "x");   // creates, writes, closes
void append_file(const std::string& path, const std::string& text = "y");  // must exist
void rename_path(const std::string& from, const std::string& to);
void remove_file(const std::string& path);
void remove_directory(const std::string& path);
void link_file(const std::string& from, const std::string& to);

}  // namespace touchstone::test
