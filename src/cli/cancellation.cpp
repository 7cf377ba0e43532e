#include "cancellation.hpp"

#include <array>
#include <csignal>

namespace touchstone::cli {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, kSignals.size()> previous;
std::atomic<std::atomic<bool>*> flag_to_set{nullptr};
std::atomic<int> signal_that_came{0};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may use nothing else");

void on_signal(int number) {
    signal_that_came = number;
    if (auto* flag = flag_to_set.load()) *flag = true;
}

}  // namespace

Cancellation::Cancellation(std::atomic<bool>& flag) {
    signal_that_came = 0;
    flag_to_set = &flag;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals[i], nullptr, &previous[i]);
        if (previous[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);  // nohup(1) is respected
    }
}

Cancellation::~Cancellation() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &previous[i], nullptr);
    flag_to_set = nullptr;
}

int Cancellation::exit_status() const { return signal_that_came == 0 ? 0 : 128 + signal_that_came; }

}  // namespace touchstone::cli
