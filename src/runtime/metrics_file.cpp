#include "metrics_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

constexpr mode_t kReadByAll = 0644;  // numbers and names of outputs, for an exporter that is not root

Status write_all(int fd, std::string_view text, const std::string& name) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(system_error("write " + name));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Notice failed(const std::string& path, const std::string& why) {
    Notice notice;
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::medium;  // no event is lost
    notice.path = path;
    notice.text = fmt::format("output metrics failed: {}; it is tried again", why);
    notice.details = {{"output", "metrics"}, {"error", why}};
    return notice;
}

Notice recovered(const std::string& path) {
    Notice notice;
    notice.action = NoticeAction::output_recovered;
    notice.path = path;
    notice.text = "output metrics works again";
    notice.details = {{"output", "metrics"}};
    return notice;
}

}  // namespace

// Whatever stands at the new file's name is somebody else's or left by a kill, and is not written into.
Status replace_file(const std::string& path, std::string_view text) {
    const std::string beside = path + ".new";
    ::unlink(beside.c_str());
    const Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kReadByAll));
    if (!file) return fail(system_error("open " + beside));
    auto written = write_all(file.get(), text, beside);
    if (written && ::fchmod(file.get(), kReadByAll) != 0) written = fail(system_error("chmod " + beside));
    if (written && ::rename(beside.c_str(), path.c_str()) != 0) written = fail(system_error("rename to " + path));
    if (!written) ::unlink(beside.c_str());
    return written;
}

MetricsFile::MetricsFile(std::string path, std::function<void(Notice)> tell)
    : path_(std::move(path)), tell_(std::move(tell)), thread_([this] { run(); }) {}

MetricsFile::~MetricsFile() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    put_.notify_all();
    thread_.join();
}

void MetricsFile::put(std::string text) {
    {
        const std::lock_guard lock(mutex_);
        text_ = std::move(text);
    }
    put_.notify_all();
}

MetricsFile::Report MetricsFile::report() const {
    const std::lock_guard lock(mutex_);
    return report_;
}

void MetricsFile::run() {
    ::pthread_setname_np(::pthread_self(), "metrics");
    std::unique_lock lock(mutex_);
    while (true) {
        put_.wait(lock, [this] { return text_ || ending_; });
        if (!text_) return;
        const auto text = *std::exchange(text_, std::nullopt);
        lock.unlock();
        write(text);
        lock.lock();
    }
}

void MetricsFile::write(const std::string& text) {
    const auto replaced = replace_file(path_, text);
    std::string failure = replaced ? "" : replaced.error().what;
    {
        const std::lock_guard lock(mutex_);
        report_.written += replaced ? 1 : 0;
        std::swap(report_.failure, failure);
        if (failure.empty() == report_.failure.empty()) return;  // as before
    }
    tell_(replaced ? recovered(path_) : failed(path_, replaced.error().what));
}

}  // namespace touchstone
