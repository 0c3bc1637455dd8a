#include "hg_app.h"

#include "hg_control.h"
#include "hg_identity.h"
#include "hg_inference.h"
#include "hg_live.h"
#include "hg_model.h"
#include "hg_port.h"
#include "hg_server.h"

static const hg_handler_t hg_app_handlers[] = {
    {HG_TYPE_HELLO, true, true, 0, hg_identity_hello},
    {HG_TYPE_CLASSES, false, true, sizeof(hg_classes_request_t), hg_identity_classes},
    {HG_TYPE_SET_BAUD, true, true, sizeof(hg_set_baud_request_t), hg_control_set_baud},
    {HG_TYPE_RUN, false, false, sizeof(hg_run_request_t), hg_inference_run},
    {HG_TYPE_PROFILE, false, true, 0, hg_inference_profile},
    {HG_TYPE_SELFTEST, false, true, 0, hg_inference_selftest},
    {HG_TYPE_READ_LAYER, false, true, sizeof(hg_read_layer_request_t), hg_inference_read_layer},
    {HG_TYPE_STATS, false, true, 0, hg_control_stats},
    {HG_TYPE_RESET, true, true, 0, hg_control_reset},
    {HG_TYPE_ECHO, true, false, 0, hg_control_echo},
    {HG_TYPE_LIVE, false, true, sizeof(hg_live_request_t), hg_live_request},
};

static hg_server_t hg_app_server;

void hg_app_init(void) {
  const hg_link_memory_t *link = hg_model.link;
  hg_port_init(link->ring, link->ring_size);
  hg_inference_init();
  hg_server_init(&hg_app_server, link, hg_port_send, hg_app_handlers,
                 (uint32_t)(sizeof hg_app_handlers / sizeof hg_app_handlers[0]));
  hg_live_init(&hg_app_server);
}

static void hg_app_receive(uint8_t byte) {
  static bool lit;
  switch (hg_server_receive(&hg_app_server, byte)) {
    case HG_RECEIVED_FRAME:
      hg_control_confirm_baud();
      hg_live_hear();
      lit = !lit;
      hg_port_led(HG_LED_ACTIVITY, lit);
      break;
    case HG_RECEIVED_QUERY:
      hg_identity_text();
      hg_live_turn_to_person();
      break;
    default:
      break;
  }
}

void hg_app_poll(void) {
  uint8_t bytes[64];
  const uint32_t count = hg_port_receive(bytes, sizeof bytes);
  hg_control_watch_baud();
  for (uint32_t i = 0; i < count; i++) {
    hg_app_receive(bytes[i]);
  }
  const uint32_t rest = hg_live_poll();
  if (count == 0u) {
    hg_port_idle(rest);
  }
}
