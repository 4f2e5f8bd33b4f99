# Negative binomial, level of each area, by brms and Stan, for tests/published/test_independent_fits.py.
# Run from this folder after fits.R:   Rscript brms.R      (adds the brms rows of fits.csv)
# Needs R 4.2 with brms 2.18 and rstan 2.21: Debian packages r-cran-brms, r-cran-rstan, libboost-dev.

suppressMessages(library(brms))
for (option in c("boost_lib", "boost_lib2"))  # where Debian keeps the headers that Stan compiles against
  do.call(rstan::rstan_options, setNames(list("/usr/include"), option))
d <- read.csv("panel.csv")
areas <- d[!duplicated(d$area_code), ]
z <- function(name) (d[[name]] - mean(areas[[name]])) / sd(areas[[name]])
d$z1 <- z("deprivation"); d$z2 <- z("lone_parents"); d$t <- d$year - mean(unique(d$year))
d$log_population <- log(d$population)
# the priors of the test, as far as brms can say them: its shape has none on the scale of the noise
b <- brm(children ~ z1 + z2 + t + offset(log_population) + (1 | area_code), data = d, family = negbinomial(),
         prior = c(set_prior("normal(0, 5)", class = "b"), set_prior("normal(-4.9, 5)", class = "Intercept"),
                   set_prior("normal(0, 0.5)", class = "sd"), set_prior("gamma(0.01, 0.01)", class = "shape")),
         chains = 2, iter = 3000, warmup = 1000, cores = 1, seed = 1, refresh = 0)
print(summary(b))
s <- as.data.frame(b)
effects <- s[, c("b_Intercept", "b_z1", "b_z2", "b_t")]
found <- data.frame(software = "brms", model = "nb_levels",
                    quantity = c("intercept", "deprivation", "lone_parents", "drift", "sd_area", "noise"),
                    estimate = c(colMeans(effects), median(s$sd_area_code__Intercept), median(1 / sqrt(s$shape))),
                    standard_error = c(apply(effects, 2, sd), NA, NA))
old <- read.csv("fits.csv")
write.csv(rbind(old[old$software != "brms", ], found), "fits.csv", row.names = FALSE)
print(found)
