// Runs gpgv: keys, text and signature are handed over in memory, so that nobody can change them between its look and ours.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "dpkg/files.hpp"
#include "dpkg/signature.hpp"

namespace touchstone::dpkg {
namespace {

constexpr const char* kGpgv = "/usr/bin/gpgv";
constexpr int kTimeoutMs = 30'000;
constexpr std::size_t kMaxOutput = 64 << 20;

// The descriptors of the child.
enum Given { kOutput = 1, kStatus = 3, kKeys = 4, kDocument = 5, kSignature = 6 };

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    void give(int fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd, as); }
    void null(int as, int flags) { posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", flags, 0); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

// dup2 onto itself would leave close-on-exec set, and onto a descriptor that is still to be given would lose that: all begin above those.
Result<Fd> out_of_the_way(Fd fd) {
    Fd high(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 16));
    if (!high) return fail(system_error("dup"));
    return high;
}

Result<Fd> hand_over(std::string_view content) {
    auto made = in_memory(content);
    if (!made) return made;
    return out_of_the_way(std::move(*made));
}

Status wait_for(pid_t child) {
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    pollfd ready{process.get(), POLLIN, 0};
    const bool in_time = process && ::poll(&ready, 1, kTimeoutMs) > 0;
    if (!in_time) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return fail(system_error("wait for gpgv"));
    if (!in_time) return fail(system_error("gpgv", ETIMEDOUT));
    if (!WIFEXITED(status)) return fail(Error{fmt::format("gpgv was killed by signal {}", WTERMSIG(status)), ErrorKind::system, EINTR});
    return {};
}

Result<std::string> content_of_memory(const Fd& fd) {
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) return fail(system_error("read what gpgv wrote"));
    std::string content;
    const auto done = read_pieces(fd.get(), [&](std::string_view piece) -> Status {
        if (content.size() + piece.size() > kMaxOutput) return fail(system_error("read what gpgv wrote", EFBIG));
        content += piece;
        return {};
    });
    if (!done) return fail(done.error());
    return content;
}

struct GpgvRun {
    std::string output, status;
};

Result<GpgvRun> run_gpgv(std::string_view document, std::string_view signature, std::string_view keys) {
    auto output = hand_over(""), status = hand_over(""), keyring = hand_over(keys), text = hand_over(document), detached = hand_over(signature);
    for (const auto* each : {&output, &status, &keyring, &text, &detached})
        if (!*each) return fail(each->error());
    FileActions actions;
    actions.null(0, O_RDONLY);
    actions.null(2, O_WRONLY);
    actions.give(output->get(), kOutput);
    actions.give(status->get(), kStatus);
    actions.give(keyring->get(), kKeys);
    actions.give(text->get(), kDocument);
    actions.give(detached->get(), kSignature);

    // No home directory of anybody, no environment of whoever runs apt.
    std::array<const char*, 14> arguments{kGpgv, "--homedir", "/nonexistent", "--status-fd", "3", "--keyring", "/dev/fd/4", "--quiet"};
    std::size_t count = 8;
    if (signature.empty())
        for (const char* each : {"--output", "-", "/dev/fd/5"}) arguments[count++] = each;
    else
        for (const char* each : {"/dev/fd/6", "/dev/fd/5"}) arguments[count++] = each;
    std::array<const char*, 3> environment{"PATH=/usr/bin:/bin", "LC_ALL=C", nullptr};
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, kGpgv, actions.get(), nullptr, const_cast<char* const*>(arguments.data()),
                                     const_cast<char* const*>(environment.data()));
    if (failed != 0) return fail(system_error(fmt::format("run {}", kGpgv), failed));
    if (auto done = wait_for(child); !done) return fail(done.error());
    auto written = content_of_memory(*output), said = content_of_memory(*status);
    if (!written) return fail(written.error());
    if (!said) return fail(said.error());
    return GpgvRun{std::move(*written), std::move(*said)};
}

}  // namespace

Result<Signed> verify_signature(std::string_view document, std::string_view signature, std::string_view keys,
                                const std::vector<std::string>& fingerprints) {
    if (keys.empty()) return fail(Error{"there are no trusted keys for it", ErrorKind::bad_input, 0});
    auto run = run_gpgv(document, signature, keys);
    if (!run) return fail(run.error());
    auto signers = read_gpgv_status(run->status, fingerprints);
    if (!signers) return fail(signers.error());
    return Signed{signature.empty() ? std::move(run->output) : std::string(document), std::move(*signers)};
}

}  // namespace touchstone::dpkg
