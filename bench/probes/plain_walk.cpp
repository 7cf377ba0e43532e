#include "plain_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace bench {
namespace {

class Walk {
public:
    explicit Walk(std::string root) { stack_.push_back(std::move(root)); }

    Walked run() {
        Walked walked;
        for (std::string directory; take(directory);) finish(list(directory, walked));
        return walked;
    }

private:
    bool take(std::string& directory) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !stack_.empty() || busy_ == 0; });
        if (stack_.empty()) return false;
        directory = std::move(stack_.back());
        stack_.pop_back();
        ++busy_;
        return true;
    }

    void finish(std::vector<std::string> found) {
        {
            const std::lock_guard lock(mutex_);
            --busy_;
            for (auto& each : found) stack_.push_back(std::move(each));
        }
        changed_.notify_all();
    }

    static std::vector<std::string> list(const std::string& directory, Walked& walked) {
        std::vector<std::string> below;
        DIR* stream = ::opendir(directory.c_str());
        if (stream == nullptr) {
            ++walked.failures;
            return below;
        }
        ++walked.directories;
        while (const dirent* entry = ::readdir(stream)) {
            if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
            struct statx status {};
            if (::statx(::dirfd(stream), entry->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &status) != 0) {
                ++walked.failures;
                continue;
            }
            ++walked.entries;
            if (S_ISDIR(status.stx_mode)) below.push_back(directory + '/' + entry->d_name);
        }
        ::closedir(stream);
        return below;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> stack_;
    unsigned busy_ = 0;
};

}  // namespace

Walked plain_walk(const std::string& root, unsigned threads) {
    Walk walk(root);
    std::vector<Walked> parts(threads);
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([&walk, &part = parts[i]] { part = walk.run(); });
    parts[0] = walk.run();
    for (auto& other : others) other.join();
    Walked sum;
    for (const auto& part : parts) {
        sum.directories += part.directories;
        sum.entries += part.entries;
        sum.failures += part.failures;
    }
    return sum;
}

}  // namespace bench
