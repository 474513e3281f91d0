# SPDX-License-Identifier: Apache-2.0
libengine_la_SOURCES += engine/optimizer.h engine/schedule.h engine/training.c engine/training.h engine/trainer.c engine/trainer.h \
	engine/metrics.c engine/metrics.h engine/sampler.c engine/sampler.h engine/catalog.c engine/catalog.h
